using System.Globalization;

namespace PolicyDaemon.Simulation;

/// <summary>The tables of docs/scaling.md, line by line. The same numbers each time: the seeds are fixed.</summary>
public static class ScalingTables
{
    private const int Seed = 2026;
    private const double Seconds = 3;

    /// <summary>What a sender may wait before he notices.</summary>
    private const double MostDelay = 0.1;

    private const int Runs = 12;

    private static readonly int[] Rates = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

    private static readonly (int Nodes, int Rate)[] Loads = [(1, 1_000), (3, 10_000), (3, 30_000), (30, 10_000), (300, 10_000), (300, 30_000)];

    private static readonly (int Nodes, long Limit)[] Limits = [(3, 200), (3, 2_000), (30, 200), (30, 2_000), (300, 200), (300, 2_000)];

    /// <summary>How long a message waits at PostgreSQL.</summary>
    public static IEnumerable<string> Delays() =>
        from shape in Loads
        select Line(
            $"{shape.Nodes} | {Number(shape.Rate)}",
            Cells(new StoreSimulation(shape.Nodes, shape.Rate, hasSharedKey: false, servers: 1, Seed).Run(Seconds)),
            Cells(new StoreSimulation(shape.Nodes, shape.Rate, hasSharedKey: true, servers: 1, Seed).Run(Seconds)));

    /// <summary>Up to which rate 99 of 100 messages wait less than 100 ms.</summary>
    public static IEnumerable<string> Ends() =>
        from nodes in new[] { 3, 30, 300 }
        select Line($"{nodes}", EndOf(nodes, false, 1), EndOf(nodes, true, 1), EndOf(nodes, false, 4), EndOf(nodes, true, 4));

    /// <summary>What passes of a limit when PostgreSQL goes away under attack.</summary>
    public static IEnumerable<string> Shares() =>
        from shape in Limits
        let runs = Enumerable.Range(0, Runs).Select(run => new ShareSimulation(shape.Nodes, shape.Limit, Seed + run).Run()).ToArray()
        select Line(
            $"{shape.Nodes}", Number(shape.Limit), Number(runs.Max(run => run.Most)), Number(shape.Limit + (5 * ShareSimulation.PerSecond)), Number(runs.Select(run => run.Alone).Order().ElementAt(Runs / 2)));

    private static string EndOf(int nodes, bool hasSharedKey, int servers)
    {
        var end = Rates.TakeWhile(rate => new StoreSimulation(nodes, rate, hasSharedKey, servers, Seed).Run(Seconds / 3).P99 < MostDelay).LastOrDefault();
        return end == 0 ? $"below {Number(Rates[0])}" : end == Rates[^1] ? $"{Number(end)} and more" : Number(end);
    }

    private static string Cells(StoreResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{result.PerCall:F1} | {result.BusyCores:F1} | {result.P50 * 1000:F0} / {result.P99 * 1000:F0}");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Line(params string[] cells) => $"| {string.Join(" | ", cells)} |";
}
