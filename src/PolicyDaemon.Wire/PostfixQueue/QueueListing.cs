namespace PolicyDaemon.Wire.PostfixQueue;

/// <summary>How much waits in Postfix's queue, by its queues: <c>active</c>, <c>deferred</c>, <c>incoming</c>, <c>maildrop</c>, <c>hold</c>.</summary>
public sealed class QueueListing
{
    /// <summary>More names than Postfix has; a peer that is not Postfix fills no memory.</summary>
    private const int MaxQueues = 16;

    /// <summary>Messages that somebody has stopped: they wait for a person, not for a server.</summary>
    private const string Hold = "hold";

    private readonly Dictionary<string, long> messages = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Messages => messages;

    /// <summary>All but those on hold.</summary>
    public long Waiting => messages.Where(queue => queue.Key != Hold).Sum(queue => queue.Value);

    /// <summary>When the oldest of them arrived; null: none waits.</summary>
    public DateTimeOffset? Oldest { get; private set; }

    /// <exception cref="InvalidDataException">There are no so many queues.</exception>
    internal void Add(string queue, DateTimeOffset arrived)
    {
        if (messages.Count >= MaxQueues && !messages.ContainsKey(queue)) throw new InvalidDataException($"more than {MaxQueues} queues");
        messages[queue] = messages.GetValueOrDefault(queue) + 1;
        if (queue != Hold && (Oldest is null || arrived < Oldest)) Oldest = arrived;
    }
}
