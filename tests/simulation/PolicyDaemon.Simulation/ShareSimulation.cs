using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Simulation;

/// <summary>
/// How much passes of one limit when PostgreSQL goes away under attack: a login that was used moderately is stolen seconds before, and tried on all nodes.
/// What a node may spend is decided by the daemon's own <see cref="NodeShare"/>.
/// </summary>
internal sealed class ShareSimulation(int nodes, long limit, int seed)
{
    /// <summary>Messages of the attack, over all nodes.</summary>
    public const int PerSecond = 20;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(75);

    private readonly Random random = new(seed);
    private readonly Charge one = new("login-hour/login:alice", 1, limit, Window);
    private readonly SlidingWindow store = new();
    private readonly NodeShare[] shares = [.. Enumerable.Range(0, nodes).Select(_ => new NodeShare(nodes))];
    private readonly List<long> passed = [];

    /// <returns>The most that passed in any hour, and how much the nodes let pass on their own in the first hour.</returns>
    public (int Most, int Alone) Run()
    {
        // The owner's own use in the hour before.
        var (stolen, owners) = (2 * Window.Ticks, random.Next((int)limit));
        for (var i = 0; i < owners; i++) TryStore(random.Next(nodes), stolen - Window.Ticks + (Window.Ticks * i / owners));

        // The store goes away up to ten seconds after the theft; each node has last read at a moment of its own in the five seconds before.
        var gone = stolen + random.NextInt64(2 * ClusterCounters.ReadingInterval.Ticks);
        var readings = shares.Select(share => (At: gone - random.NextInt64(ClusterCounters.ReadingInterval.Ticks), Share: share)).OrderBy(reading => reading.At).ToArray();
        var read = 0;
        for (var now = stolen; now < gone + Outage.Ticks; now += TimeSpan.TicksPerSecond / PerSecond)
        {
            while (read < readings.Length && readings[read].At <= now) Read(readings[read].Share, readings[read++].At);
            if (now < gone) TryStore(random.Next(nodes), now);
            else TryAlone(random.Next(nodes), now);
        }

        return (MostInAnyWindow(), passed.Count(at => at >= gone && at < gone + Window.Ticks));
    }

    private void Read(NodeShare share, long now)
    {
        store.Trim(Window, now);
        share.BeginReading(now);
        share.EndReading(new ShareReading(default, true, store.Used > limit / 2 ? new Dictionary<string, long> { [one.Key] = store.Used } : []));
    }

    private void TryStore(int node, long now)
    {
        store.Trim(Window, now);
        if (!store.Fits(one)) return;
        store.Add(one, now);
        Pass(node, now);
    }

    private void TryAlone(int node, long now)
    {
        if (shares[node].FindExceeded(one, now) is null) Pass(node, now);
    }

    private void Pass(int node, long now)
    {
        shares[node].Add(one, now);
        passed.Add(now);
    }

    private int MostInAnyWindow()
    {
        var most = 0;
        for (int first = 0, last = 0; last < passed.Count; last++)
        {
            while (passed[last] - passed[first] >= Window.Ticks) first++;
            most = Math.Max(most, last - first + 1);
        }

        return most;
    }
}
