namespace PolicyDaemon.Backends.InMemory;

/// <summary>The keys of one limit and what is counted for them. Not thread-safe.</summary>
internal sealed class LimitKeys(int capacity)
{
    /// <summary>Looking for keys to drop reads all of them: not more often than this.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, SlidingWindow> windows = new(StringComparer.Ordinal);
    private long? sweptAt;

    public SlidingWindow? Find(string key) => windows.GetValueOrDefault(key);

    /// <returns>Null when there are as many keys as there may be, and all of them have something counted.</returns>
    public SlidingWindow? FindOrAdd(string key, long now)
    {
        if (windows.TryGetValue(key, out var window)) return window;
        if (windows.Count >= capacity) Sweep(now);
        return windows.Count >= capacity ? null : windows[key] = new SlidingWindow();
    }

    public void Remove(string key) => windows.Remove(key);

    private void Sweep(long now)
    {
        if (now - sweptAt < SweepEvery.Ticks) return;
        sweptAt = now;
        foreach (var (key, window) in windows)
        {
            if (window.Used == 0 || window.EmptyAt <= now) windows.Remove(key);
        }
    }
}
