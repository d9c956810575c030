namespace PolicyDaemon.Notices;

/// <summary>How many notices of one kind people get: what happens to a hundred accounts at a time must not be a hundred mails.</summary>
internal sealed class NoticeRate
{
    private static readonly TimeSpan Within = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> sent = new(StringComparer.Ordinal);

    /// <param name="kind">Of a closed list: the event.</param>
    /// <param name="most">Of each kind within an hour.</param>
    /// <param name="until">When the next one may go, once this one has gone; null: at once.</param>
    public bool TryTake(string kind, int most, DateTimeOffset now, out DateTimeOffset? until)
    {
        lock (gate)
        {
            if (!sent.TryGetValue(kind, out var times)) sent.Add(kind, times = []);
            while (times.TryPeek(out var oldest) && now - oldest >= Within) times.Dequeue();
            var isTaken = times.Count < most;
            if (isTaken) times.Enqueue(now);
            until = times.Count >= most ? times.Peek() + Within : null;
            return isTaken;
        }
    }
}
