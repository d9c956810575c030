using System.Globalization;
using System.Text;
using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>Everything of one part as Markdown; a column that would be empty is left out.</summary>
internal sealed class Table(PartResults part)
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private readonly (string Name, Func<Measurement, string> Value)[] columns =
    [
        ("", one => one.Offered is { } offered ? $"{one.Group}, {offered.ToString("N0", Plain)}/s offered" : one.Group),
        ("", one => one.Transport),
        ("connections", one => one.Connections == 0 ? "" : one.Connections.ToString("N0", Plain)),
        ("server", one => one.Role == Role.Daemon ? $"**{one.Subject}**" : one.Subject),
        (IsTime(part) ? "ms" : $"{part.Measurements[0].Unit}/s", one => IsTime(part) ? Range(Milliseconds(one.P50), "N0") : Range(one.PerSecond, one.PerSecond.Median < 100 ? "0.#" : "N0")),
        ("to the first", one => one.Ratio.Median.ToString("F2", Plain)),
        ("p50 / p99 / p99.9 µs", one => one.P50.Median == 0 || IsTime(part) ? "" : string.Create(Plain, $"{one.P50.Median:N0} / {one.P99.Median:N0} / {one.P999.Median:N0}")),
        ("CPU µs", one => one.Cpu.Median == 0 ? "" : one.Cpu.Median.ToString(one.Cpu.Median < 100 ? "F1" : "N0", Plain)),
        ("allocated B", one => one.Bytes?.ToString("N0", Plain) ?? ""),
        ("collections", one => one.Collections?.ToString("N0", Plain) ?? ""),
        ("MB (most)", one => one.ResidentMegabytes is { } now ? string.Create(Plain, $"{now:N0} ({one.PeakMegabytes:N0})") : ""),
    ];

    public override string ToString()
    {
        var shown = columns.Where(column => part.Measurements.Any(one => column.Value(one).Length > 0)).ToArray();
        StringBuilder table = new();
        table.Append(Plain, $"| {string.Join(" | ", shown.Select(column => column.Name))} |\n|{string.Concat(Enumerable.Repeat("---|", shown.Length))}\n");
        string last = "";
        foreach (var one in part.Measurements)
        {
            var cells = shown.Select(column => column.Value(one)).ToArray();
            var place = $"{one.Group} {one.Transport} {one.Connections} {one.Offered}";
            if (place == last) (cells[0], cells[1], cells[2]) = ("", "", "");
            last = place;
            table.Append(Plain, $"| {string.Join(" | ", cells)} |\n");
        }

        return table.ToString();
    }

    /// <summary>Things that are not done at once again and again: how long one takes is what counts.</summary>
    private static bool IsTime(PartResults part) => part.Measurements[0].Unit == "starts";

    private static Figure Milliseconds(Figure figure) => new(figure.Median / 1000, figure.Least / 1000, figure.Greatest / 1000);

    private static string Range(Figure figure, string format) =>
        string.Create(Plain, $"{figure.Median.ToString(format, Plain)} ({figure.Least.ToString(format, Plain)} to {figure.Greatest.ToString(format, Plain)})");
}
