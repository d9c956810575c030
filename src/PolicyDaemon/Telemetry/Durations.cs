using System.Diagnostics.Metrics;

namespace PolicyDaemon.Telemetry;

/// <summary>The bounds of every histogram of times, in seconds.</summary>
internal static class Durations
{
    /// <summary>From a decision out of memory to a peer's patience.</summary>
    public static InstrumentAdvice<double> Advice { get; } = new()
    {
        HistogramBucketBoundaries = [0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    /// <summary>Of what waits for others: from a mail store that is quick to the minutes that Postfix gives it.</summary>
    public static InstrumentAdvice<double> LongAdvice { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300],
    };
}
