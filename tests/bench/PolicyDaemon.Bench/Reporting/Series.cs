using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>One server in a plot.</summary>
/// <param name="Color">Its number.</param>
/// <param name="Values">For each place on the axis; null: not measured there.</param>
internal sealed record Series(string Name, int Color, IReadOnlyList<Figure?> Values);
