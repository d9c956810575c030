namespace PolicyDaemon.Hosting;

/// <summary>How many connections one kind of listener holds at once.</summary>
internal sealed class ConnectionLimit(int limit)
{
    private int open;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref open) <= limit) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref open);
}
