using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// What a node may spend alone. Of a key that was above half of its limit at the last reading: what was left then, divided by the nodes.
/// Of any other: half of the limit, divided by the nodes. What the node itself has charged since that reading is spent from it.
/// </summary>
/// <remarks>
/// So all nodes together pass the limit and what others charged after the reading, no more. Without any reading there is no share. After a whole
/// window nothing of the reading counts any more: then a node's share is the limit divided by the nodes. Times are ticks of a clock
/// that only goes forward. Not thread-safe.
/// </remarks>
internal sealed class NodeShare(int nodes)
{
    private const int SlicesPerWindow = 60;

    /// <summary>About 200 octets each.</summary>
    private const int MaxKeys = 500_000;

    /// <summary>Looking for keys to drop reads all of them: not more often than this.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private ShareReading? reading;
    private long readAt;
    private Dictionary<string, SlidingWindow> own = new(StringComparer.Ordinal);

    /// <summary>Since a reading was begun that is not there yet.</summary>
    private Dictionary<string, SlidingWindow>? next;

    private long nextAt;
    private long sweptAt;

    public bool HasReading => reading is not null;

    /// <summary>The store is asked now. What is charged from now on may not be in its answer.</summary>
    public void BeginReading(long now) => (next, nextAt) = (new Dictionary<string, SlidingWindow>(StringComparer.Ordinal), now);

    /// <param name="taken">Null: the store did not answer, and the reading before stays.</param>
    public void EndReading(ShareReading? taken)
    {
        if (taken is not null && next is not null) (reading, readAt, own) = (taken, nextAt, next);
        next = null;
    }

    /// <summary>Continues with a reading of an earlier run.</summary>
    /// <param name="at">When it was taken.</param>
    public void Restore(ShareReading taken, long at) => (reading, readAt) = (taken, at);

    /// <summary>Something was charged by this node, in the store or alone.</summary>
    /// <returns>The slice it is in, for <see cref="Remove"/>.</returns>
    public long Add(Charge charge, long now)
    {
        if (next is not null) AddTo(next);
        return AddTo(own);

        long AddTo(Dictionary<string, SlidingWindow> windows)
        {
            if (!windows.TryGetValue(charge.Key, out var window)) windows[charge.Key] = window = new SlidingWindow();
            window.Trim(charge.Window, now);
            return window.Add(charge, now);
        }
    }

    /// <summary>Gives back what was added.</summary>
    /// <param name="slice">As <see cref="Add"/> has said.</param>
    public void Remove(string key, long slice, long units)
    {
        own.GetValueOrDefault(key)?.Remove(slice, units);
        next?.GetValueOrDefault(key)?.Remove(slice, units);
    }

    /// <summary>False: too many keys have something spent.</summary>
    public bool HasRoom(long now)
    {
        if (own.Count < MaxKeys) return true;
        if (now - sweptAt < SweepEvery.Ticks) return false;
        sweptAt = now;
        foreach (var (key, window) in own)
        {
            if (window.EmptyAt <= now) own.Remove(key);
        }

        return own.Count < MaxKeys;
    }

    /// <returns>Null: it fits.</returns>
    public CountAnswer? FindExceeded(Charge charge, long now)
    {
        var (share, known) = ShareOf(charge, now);
        var window = own.GetValueOrDefault(charge.Key);
        window?.Trim(charge.Window, now);
        var spent = window?.Used ?? 0;
        if (charge.Units <= share - spent) return null;
        var outcome = charge.IsSoft ? CountOutcome.ExceededSoftly : CountOutcome.Exceeded;
        var retryAfter = window?.RetryAfter(charge with { Limit = share }, now) ?? TimeSpan.Zero;
        return new CountAnswer(outcome, charge, known + spent, retryAfter);
    }

    private (long Share, long Known) ShareOf(Charge charge, long now)
    {
        if (reading is null) return (0, 0);
        if (now - readAt > charge.Window.Ticks + (charge.Window.Ticks / SlicesPerWindow)) return (charge.Limit / nodes, 0);
        if (reading.Known.TryGetValue(charge.Key, out var known)) return (Math.Max(0, charge.Limit - known) / nodes, known);
        return (reading.IsWhole ? charge.Limit / 2 / nodes : 0, 0);
    }
}
