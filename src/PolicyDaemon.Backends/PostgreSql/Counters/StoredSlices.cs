namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>What the store has counted for one key, by slices; times are microseconds of the store's clock.</summary>
/// <param name="slices">Last microsecond of each slice and the units in it, oldest first.</param>
internal sealed class StoredSlices(IReadOnlyList<(long Last, long Units)> slices)
{
    public const int SlicesPerWindow = 60;

    /// <summary>Rounded up: sixty slices are never shorter than the window.</summary>
    public static long LengthOf(TimeSpan window) => Math.Max(1, (Microseconds(window) + SlicesPerWindow - 1) / SlicesPerWindow);

    /// <summary>Units in the window, the oldest slice counted whole.</summary>
    public long Used(TimeSpan window, long now)
    {
        var length = LengthOf(window);
        var oldest = (now / length) - SlicesPerWindow;
        return slices.Where(slice => slice.Last / length >= oldest).Sum(slice => slice.Units);
    }

    /// <summary>How long until so many units would fit if nothing else came; zero when they never would.</summary>
    public TimeSpan RetryAfter(long units, long limit, TimeSpan window, long now)
    {
        if (units > limit) return TimeSpan.Zero;
        var length = LengthOf(window);
        var remaining = Used(window, now);
        foreach (var (last, counted) in slices)
        {
            var leaves = ((last / length) + SlicesPerWindow + 1) * length;
            if (leaves <= now) continue;
            remaining -= counted;
            if (units <= limit - remaining) return TimeSpan.FromMicroseconds(leaves - now);
        }

        return TimeSpan.Zero;
    }

    private static long Microseconds(TimeSpan window) => (window.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;
}
