using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.InMemory;

/// <summary>
/// Units charged to one key, by slices of a sixtieth of the window. The oldest slice counts whole for as long as any part of it
/// lies in the window, so that no interval as long as the window ever holds more than the limit; what is counted too long is at
/// most one slice's worth.
/// </summary>
/// <remarks>Times are ticks of 100 ns since the store began. Not thread-safe.</remarks>
internal sealed class SlidingWindow
{
    private const int SlicesPerWindow = 60;

    // Only slices with units in them, oldest first; Last is the last tick that belongs to the slice. At most 61.
    private readonly List<(long Last, long Units)> slices = [];

    /// <summary>Units in the window, as of the last <see cref="Trim"/>.</summary>
    public long Used { get; private set; }

    /// <summary>The first tick at which nothing is counted any more.</summary>
    public long EmptyAt { get; private set; }

    /// <summary>Forgets what has left the window.</summary>
    public void Trim(TimeSpan window, long now)
    {
        var length = SliceTicks(window);
        var oldest = (now / length) - SlicesPerWindow;
        var gone = 0;
        while (gone < slices.Count && slices[gone].Last / length < oldest) Used -= slices[gone++].Units;
        if (gone > 0) slices.RemoveRange(0, gone);
    }

    public bool Fits(Charge charge) => charge.Units <= charge.Limit - Used;

    /// <returns>The slice, for <see cref="Remove"/>.</returns>
    public long Add(Charge charge, long now)
    {
        var length = SliceTicks(charge.Window);
        var last = (((now / length) + 1) * length) - 1;
        if (slices.Count > 0 && slices[^1].Last == last) slices[^1] = (last, slices[^1].Units + charge.Units);
        else slices.Add((last, charge.Units));
        Used += charge.Units;
        EmptyAt = Math.Max(EmptyAt, LeavesAt(last, length));
        return last;
    }

    /// <summary>Takes units back out of a slice, if it still counts.</summary>
    public void Remove(long slice, long units)
    {
        var index = slices.FindIndex(entry => entry.Last == slice);
        if (index < 0) return;
        var taken = Math.Min(units, slices[index].Units);
        Used -= taken;
        if (taken == slices[index].Units) slices.RemoveAt(index);
        else slices[index] = (slice, slices[index].Units - taken);
    }

    /// <summary>How long until the charge would fit if nothing else came; zero when it never would.</summary>
    public TimeSpan RetryAfter(Charge charge, long now)
    {
        if (charge.Units > charge.Limit) return TimeSpan.Zero;
        var remaining = Used;
        foreach (var (last, units) in slices)
        {
            remaining -= units;
            if (charge.Units <= charge.Limit - remaining) return TimeSpan.FromTicks(LeavesAt(last, SliceTicks(charge.Window)) - now);
        }

        return TimeSpan.Zero;
    }

    private static long LeavesAt(long last, long length) => ((last / length) + SlicesPerWindow + 1) * length;

    /// <summary>Rounded up: sixty slices are never shorter than the window.</summary>
    private static long SliceTicks(TimeSpan window) => Math.Max(1, (window.Ticks + SlicesPerWindow - 1) / SlicesPerWindow);
}
