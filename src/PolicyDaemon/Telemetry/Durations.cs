using System.Diagnostics.Metrics;

namespace PolicyDaemon.Telemetry;

/// <summary>The bounds of every histogram of times, in seconds: from a decision out of memory to a peer's patience.</summary>
internal static class Durations
{
    public static InstrumentAdvice<double> Advice { get; } = new()
    {
        HistogramBucketBoundaries = [0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };
}
