namespace PolicyDaemon.Simulation;

/// <summary>
/// Nodes whose flushers charge in PostgreSQL: messages come at random, a node has one call on its way, and what comes meanwhile makes the next one.
/// </summary>
/// <remarks>
/// A server's core works on one call at a time, first come, first served. Who shares a key waits until the commit of who holds it. With several
/// servers (keys distributed) a call has a part on each, and commits in two phases while it holds its locks.
/// </remarks>
/// <param name="hasSharedKey">All messages are charged to one more key: a limit on everyone.</param>
internal sealed class StoreSimulation(int nodes, double perSecond, bool hasSharedKey, int servers, int seed)
{
    /// <summary>What came before this is not counted: until batches have their size.</summary>
    private const double WarmUp = 2;

    private readonly Random random = new(seed);
    private readonly List<double>[] waiting = [.. Enumerable.Range(0, nodes).Select(_ => new List<double>())];
    private readonly bool[] isBusy = new bool[nodes];
    private readonly double[][] coreFree = [.. Enumerable.Range(0, servers).Select(_ => new double[StoreTimes.Cores])];
    private readonly PriorityQueue<(int Node, bool IsAnswer, List<double> Messages), (double At, long Order)> events = new();
    private readonly List<double> delays = [];
    private double sharedFree;
    private double cpu;
    private long calls;
    private long messages;
    private long order;

    /// <param name="seconds">After the warm-up.</param>
    public StoreResult Run(double seconds)
    {
        var end = WarmUp + seconds;
        for (var arrival = Next(0); ; )
        {
            var hasEvent = events.TryPeek(out _, out var first);
            if (hasEvent && first.At <= arrival) Handle(events.Dequeue(), first.At);
            else if (arrival > end) break;
            else
            {
                var node = random.Next(nodes);
                waiting[node].Add(arrival);
                if (!isBusy[node]) Send(node, arrival);
                arrival = Next(arrival);
            }
        }

        // Who still waits has waited until now at least.
        delays.AddRange(waiting.SelectMany(all => all).Where(at => at >= WarmUp).Select(at => end - at));
        delays.Sort();
        return new StoreResult((double)messages / calls, cpu / (end * servers), delays[delays.Count / 2], delays[delays.Count * 99 / 100]);
    }

    private double Next(double now) => now - (Math.Log(1 - random.NextDouble()) / perSecond);

    private void Send(int node, double now)
    {
        isBusy[node] = true;
        var taken = waiting[node].Take(StoreTimes.MaxBatch).ToList();
        waiting[node].RemoveRange(0, taken.Count);
        events.Enqueue((node, false, taken), (now + (StoreTimes.RoundTrip / 2), order++));
    }

    private void Handle((int Node, bool IsAnswer, List<double> Messages) what, double now)
    {
        if (!what.IsAnswer)
        {
            events.Enqueue((what.Node, true, what.Messages), (CommittedAt(what.Messages.Count, now) + (StoreTimes.RoundTrip / 2), order++));
            return;
        }

        delays.AddRange(what.Messages.Where(at => at >= WarmUp).Select(at => now - at));
        isBusy[what.Node] = false;
        if (waiting[what.Node].Count > 0) Send(what.Node, now);
    }

    private double CommittedAt(int count, double now)
    {
        (calls, messages) = (calls + 1, messages + count);
        var begin = hasSharedKey ? Math.Max(now, sharedFree) : now;
        var parts = Math.Min(servers, count * 2);
        var done = begin;
        foreach (var server in Enumerable.Range(random.Next(servers), parts)) done = Math.Max(done, Work(coreFree[server % servers], begin, (double)count / parts));
        var committed = done + (parts == 1 ? StoreTimes.Commit : (2 * StoreTimes.Commit) + StoreTimes.RoundTrip);
        if (hasSharedKey) sharedFree = committed;
        return committed;
    }

    private double Work(double[] cores, double begin, double share)
    {
        var core = Array.IndexOf(cores, cores.Min());
        var time = StoreTimes.PerCall + (share * StoreTimes.PerMessage);
        cpu += time;
        return cores[core] = Math.Max(begin, cores[core]) + time;
    }
}

/// <param name="PerCall">Messages.</param>
/// <param name="BusyCores">Of each server.</param>
/// <param name="P50">Half of the messages were answered within so many seconds.</param>
internal sealed record StoreResult(double PerCall, double BusyCores, double P50, double P99);
