namespace PolicyDaemon.Engine;

/// <summary>Things that are used by one at a time and serve again, a few of them kept; for many threads, without a lock.</summary>
internal sealed class Spares<T>(Func<T> make)
    where T : class
{
    private readonly T?[] kept = new T?[2 * Environment.ProcessorCount];

    public T Take()
    {
        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i] is not null && Interlocked.Exchange(ref kept[i], null) is { } spare) return spare;
        }

        return make();
    }

    /// <param name="used">In use by nobody any more. Let go when enough are kept.</param>
    public void Give(T used)
    {
        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i] is null && Interlocked.CompareExchange(ref kept[i], used, null) is null) return;
        }
    }
}
