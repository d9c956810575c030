namespace PolicyDaemon.MailQueue;

/// <summary>Whose messages are to be moved, and where.</summary>
/// <param name="IsRelease">Out of the hold queue; else into it.</param>
/// <param name="Logins">All names under which one account may have logged in; empty: whoever.</param>
/// <param name="Sender">Of the envelope; null: any. At least one of the two is given.</param>
internal sealed record QueueOrder(bool IsRelease, IReadOnlyCollection<string> Logins, string? Sender)
{
    /// <summary>What <c>postqueue -j</c> says is enough to leave the others out; postsuper moves between these queues.</summary>
    internal bool MayBeMeant(QueuedMessage message) =>
        (IsRelease ? message.Queue == "hold" : message.Queue is "incoming" or "active" or "deferred") && (Sender is null || string.Equals(message.Sender, Sender, StringComparison.OrdinalIgnoreCase));

    internal bool IsMeant(QueuedMessage message) =>
        MayBeMeant(message) && (Logins.Count == 0 || (message.Login.Length > 0 && Logins.Contains(message.Login, StringComparer.OrdinalIgnoreCase)));
}
