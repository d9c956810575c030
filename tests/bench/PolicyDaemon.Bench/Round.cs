using System.Diagnostics;

namespace PolicyDaemon.Bench;

/// <summary>What one round, or the median of several, has measured.</summary>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="P50">Half of the requests were answered within so many microseconds.</param>
/// <param name="P99">So were 99 of 100.</param>
/// <param name="CpuPerRequest">Microseconds of the server's CPU time.</param>
internal sealed record Round(double PerSecond, double P50, double P99, double CpuPerRequest)
{
    /// <param name="latencies">In ticks of <see cref="Stopwatch"/>; sorted in place.</param>
    public static Round Of(List<long> latencies, TimeSpan elapsed)
    {
        latencies.Sort();
        return new Round(latencies.Count / elapsed.TotalSeconds, Microseconds(latencies, 50), Microseconds(latencies, 99), 0);
    }

    public static Round Median(IReadOnlyList<Round> rounds) => new(
        Middle(rounds, round => round.PerSecond),
        Middle(rounds, round => round.P50),
        Middle(rounds, round => round.P99),
        Middle(rounds, round => round.CpuPerRequest));

    private static double Microseconds(List<long> sorted, int percent) =>
        sorted[(int)((sorted.Count - 1L) * percent / 100)] * 1e6 / Stopwatch.Frequency;

    private static double Middle(IReadOnlyList<Round> rounds, Func<Round, double> value) => rounds.Select(value).Order().ElementAt(rounds.Count / 2);
}
