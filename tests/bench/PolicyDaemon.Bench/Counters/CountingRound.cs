using PolicyDaemon.Bench.Measuring;
using System.Diagnostics;
using System.Globalization;

namespace PolicyDaemon.Bench.Counters;

/// <summary>What one round has measured, or a middle one of several.</summary>
/// <param name="PerSecond">Messages.</param>
/// <param name="Times">Until a message was counted and committed: what a decision waits.</param>
/// <param name="OwnCpu">Microseconds for each message, of this process: the counters, their client and the callers.</param>
/// <param name="ServerCpu">The same of PostgreSQL.</param>
/// <param name="OtherLoad">Cores that others used meanwhile.</param>
/// <param name="Failures">Messages that were not counted.</param>
internal sealed record CountingRound(double PerSecond, Spread Times, double OwnCpu, double ServerCpu, double OtherLoad, int Failures)
{
    public static async Task<CountingRound> RunAsync(CountingServer server, ICounting counting, CountingKeys keys, CountingLoad load, TimeSpan length, int seed)
    {
        GC.Collect();
        var (own, postgres, machine, begun) = (Environment.CpuUsage.TotalTime, server.Cpu, ProcessFamily.CpuOfMachine(), Stopwatch.GetTimestamp());
        var times = await load.RunAsync(counting, keys, length, seed);
        var elapsed = Stopwatch.GetElapsedTime(begun);
        (own, postgres, machine) = (Environment.CpuUsage.TotalTime - own, server.Cpu - postgres, ProcessFamily.CpuOfMachine() - machine);
        var count = times.Latencies.Count;
        return new CountingRound(
            count / elapsed.TotalSeconds,
            Spread.Of(times.Latencies),
            own.TotalMicroseconds / count,
            postgres.TotalMicroseconds / count,
            Math.Max(0, (machine - own - postgres) / elapsed),
            times.Failures);
    }

    /// <summary>For the report, in the shape of all others; CPU time is that of counters with callers and of PostgreSQL.</summary>
    public static Measurement Measured(string group, string subject, CountingLoad load, IReadOnlyList<CountingRound> own, IReadOnlyList<CountingRound> first) => new(
        group,
        subject,
        subject.StartsWith("charges", StringComparison.Ordinal) ? Role.Daemon : Role.Floor,
        "tcp",
        load.Callers ?? 0,
        load.PerSecond,
        "messages",
        Figure.Of(own.Select(round => round.PerSecond)),
        Figure.Of(own.Zip(first, (one, other) => one.PerSecond / other.PerSecond)),
        Figure.Of(own.Select(round => round.Times.P50 * 1000)),
        Figure.Of(own.Select(round => round.Times.P99 * 1000)),
        Figure.Of(own.Select(round => round.Times.P999 * 1000)),
        Figure.Of(own.Select(round => round.OwnCpu + round.ServerCpu)),
        Figure.Of(own.Select(round => round.OtherLoad)),
        null,
        null,
        null,
        null);

    /// <summary>Columns of a table.</summary>
    public static string Describe(IReadOnlyList<CountingRound> rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Range(rounds, round => round.PerSecond, "N0"),25} {Range(rounds, round => round.Times.P50, "F1"),20} {Range(rounds, round => round.Times.P99, "F1"),22} "
        + $"{Middle(rounds, round => round.OwnCpu),5:F0} + {Middle(rounds, round => round.ServerCpu),3:F0} {Range(rounds, round => round.OtherLoad, "F1"),16} "
        + $"{rounds.Sum(round => round.Failures),6}");

    private static string Range(IReadOnlyList<CountingRound> rounds, Func<CountingRound, double> value, string format)
    {
        return $"{Text(Middle(rounds, value))} ({Text(rounds.Min(value))} to {Text(rounds.Max(value))})";

        string Text(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }

    private static double Middle(IReadOnlyList<CountingRound> rounds, Func<CountingRound, double> value) => rounds.Select(value).Order().ElementAt(rounds.Count / 2);
}
