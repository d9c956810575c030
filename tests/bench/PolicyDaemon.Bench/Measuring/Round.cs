using System.Diagnostics;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>What one round has measured.</summary>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="P50">Half of the requests were answered within so many microseconds.</param>
/// <param name="P99">So were 99 of 100.</param>
/// <param name="P999">And 999 of 1,000.</param>
internal sealed record Round(double PerSecond, double P50, double P99, double P999)
{
    /// <summary>Microseconds of the server's CPU time for each request.</summary>
    public double CpuPerRequest { get; init; }

    /// <summary>Octets that the server allocated for each request; null: it does not tell.</summary>
    public double? BytesPerRequest { get; init; }

    /// <summary>Garbage collections in the round.</summary>
    public double? Collections { get; init; }

    /// <summary>Cores that others used meanwhile; the directories that the server asks are among them.</summary>
    public double Others { get; init; }

    /// <param name="latencies">In ticks of <see cref="Stopwatch"/>, at least one; sorted in place.</param>
    public static Round Of(List<long> latencies, TimeSpan elapsed)
    {
        latencies.Sort();
        return new Round(latencies.Count / elapsed.TotalSeconds, Microseconds(latencies, 0.5), Microseconds(latencies, 0.99), Microseconds(latencies, 0.999));
    }

    private static double Microseconds(List<long> sorted, double part) => sorted[(int)((sorted.Count - 1L) * part)] * 1e6 / Stopwatch.Frequency;
}
