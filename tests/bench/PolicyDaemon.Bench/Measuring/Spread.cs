using System.Diagnostics;

namespace PolicyDaemon.Bench;

/// <summary>How long many things took, in milliseconds.</summary>
public sealed record Spread(int Count, double P50, double P99, double Max)
{
    /// <summary>999 of 1,000 took no longer.</summary>
    public double P999 { get; private init; }

    /// <param name="ticks">Of <see cref="Stopwatch"/>; at least one.</param>
    public static Spread Of(IEnumerable<long> ticks)
    {
        var sorted = ticks.Order().Select(time => time * 1000.0 / Stopwatch.Frequency).ToArray();
        return new Spread(sorted.Length, sorted[(sorted.Length - 1) / 2], sorted[(int)((sorted.Length - 1L) * 99 / 100)], sorted[^1]) { P999 = sorted[(int)((sorted.Length - 1L) * 999 / 1000)] };
    }

    public override string ToString() => FormattableString.Invariant($"p50 {P50:F2} ms, p99 {P99:F2} ms, max {Max:F2} ms");
}
