namespace PolicyDaemon.Bench.Measuring;

/// <summary>What all rounds of one server in one case have measured; written as JSON.</summary>
/// <param name="Offered">Requests per second; null: a closed loop.</param>
/// <param name="Ratio">Of <paramref name="PerSecond"/> to the first server of the case, round by round.</param>
/// <param name="P50">Microseconds, as those below.</param>
/// <param name="Cpu">Microseconds of the server for each request.</param>
/// <param name="Others">Cores that others used meanwhile.</param>
/// <param name="Bytes">Allocated for each request, where the server tells.</param>
/// <param name="Collections">Garbage collections in a round.</param>
/// <param name="ResidentMegabytes">Of the server after the rounds.</param>
/// <param name="PeakMegabytes">The most that it ever had.</param>
internal sealed record Measurement(
    string Group, string Subject, Role Role, string Transport, int Connections, int? Offered, string Unit,
    Figure PerSecond, Figure Ratio, Figure P50, Figure P99, Figure P999, Figure Cpu, Figure Others,
    double? Bytes, double? Collections, double? ResidentMegabytes, double? PeakMegabytes)
{
    public static Measurement Of(Case @case, Subject subject, IReadOnlyList<Round> own, IReadOnlyList<Round> first)
    {
        var memory = subject.ProcessId == 0 ? null : MemoryUse.Of(subject.ProcessId);
        return new(
            @case.Group, subject.Name, subject.Role, @case.Transport, @case.Connections, @case.PerSecond, @case.Unit,
            Figure.Of(own.Select(round => round.PerSecond)),
            Figure.Of(own.Zip(first, (one, other) => one.PerSecond / other.PerSecond)),
            Figure.Of(own.Select(round => round.P50)),
            Figure.Of(own.Select(round => round.P99)),
            Figure.Of(own.Select(round => round.P999)),
            Figure.Of(own.Select(round => round.CpuPerRequest)),
            Figure.Of(own.Select(round => round.Others)),
            Middle(own.Select(round => round.BytesPerRequest)),
            Middle(own.Select(round => round.Collections)),
            memory?.Resident / 1e6,
            memory?.Peak / 1e6);
    }

    private static double? Middle(IEnumerable<double?> values) => values.OfType<double>().ToArray() is { Length: > 0 } known ? Figure.Of(known).Median : null;
}

/// <summary>One figure over all rounds.</summary>
internal sealed record Figure(double Median, double Least, double Greatest)
{
    public static Figure Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return new(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }
}
