using System.Diagnostics;

namespace PolicyDaemon.Bench.Counters;

/// <summary>How long messages took to be counted.</summary>
internal sealed class CountingTimes
{
    private readonly List<long> latencies = [];

    /// <summary>In ticks of <see cref="Stopwatch"/>.</summary>
    public IReadOnlyList<long> Latencies => latencies;

    public int Failures { get; private set; }

    public static CountingTimes Join(IEnumerable<CountingTimes> some)
    {
        CountingTimes all = new();
        foreach (var times in some)
        {
            all.latencies.AddRange(times.latencies);
            all.Failures += times.Failures;
        }

        return all;
    }

    public void Add(long begun, bool isCounted)
    {
        latencies.Add(Stopwatch.GetTimestamp() - begun);
        if (!isCounted) Failures++;
    }
}
