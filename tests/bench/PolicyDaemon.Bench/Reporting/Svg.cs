using System.Globalization;
using System.Net;
using System.Text;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>What is drawn, in an order that later covers earlier. Light and dark by what the reader's system prefers; lengths are pixels.</summary>
internal sealed class Svg(int width, int height, string title)
{
    /// <summary>In the middle of light and dark, so that each is read on both.</summary>
    private static readonly string[] Colors = ["#2f81f7", "#7d8590", "#a8743a", "#d2691e", "#2da44e", "#a371f7", "#1b9e9e", "#db61a2"];

    private readonly StringBuilder content = new();

    public static int ColorCount => Colors.Length;

    public Svg Text(double x, double y, string text, string style = "", string anchor = "start") =>
        Add($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" class=\"{style}\">{WebUtility.HtmlEncode(text)}</text>");

    public Svg Line(double x1, double y1, double x2, double y2, string style) => Add($"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" class=\"{style}\"/>");

    public Svg Path(IEnumerable<(double X, double Y)> points, string style) =>
        Add($"<polyline points=\"{string.Join(' ', points.Select(point => FormattableString.Invariant($"{point.X:0.#},{point.Y:0.#}")))}\" class=\"{style}\"/>");

    public Svg Bar(double x, double y, double length, double thickness, string style) =>
        Add($"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(1, length):0.#}\" height=\"{thickness:0.#}\" class=\"{style}\"/>");

    /// <summary>A point; its form tells what its color does, for those who do not see it.</summary>
    public Svg Mark(double x, double y, int number) => (number % 4) switch
    {
        0 => Add($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" class=\"fill{number}\"/>"),
        1 => Add($"<rect x=\"{x - 3.5:0.#}\" y=\"{y - 3.5:0.#}\" width=\"7\" height=\"7\" class=\"fill{number}\"/>"),
        2 => Add($"<path d=\"M{x:0.#} {y - 5:0.#}L{x + 5:0.#} {y + 4:0.#}H{x - 5:0.#}Z\" class=\"fill{number}\"/>"),
        _ => Add($"<path d=\"M{x:0.#} {y - 5:0.#}L{x + 5:0.#} {y:0.#}L{x:0.#} {y + 5:0.#}L{x - 5:0.#} {y:0.#}Z\" class=\"fill{number}\"/>"),
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
        <title>{WebUtility.HtmlEncode(title)}</title>
        <style>
        text {"{"} font: 12px sans-serif; fill: #24292f {"}"} .title {"{"} font-size: 15px; font-weight: bold {"}"} .small {"{"} font-size: 11px {"}"}
        .back {"{"} fill: #ffffff {"}"} .grid {"{"} stroke: #d0d7de; stroke-width: 1 {"}"} .axis {"{"} stroke: #57606a; stroke-width: 1 {"}"} polyline {"{"} fill: none; stroke-width: 2 {"}"}
        {string.Join('\n', Colors.Select((color, i) => FormattableString.Invariant($".line{i} {{ stroke: {color} }} .fill{i} {{ fill: {color} }}")))}
        .spread {"{"} stroke-width: 1.2 {"}"}
        @media (prefers-color-scheme: dark) {"{"} text {"{"} fill: #e6edf3 {"}"} .back {"{"} fill: #0d1117 {"}"} .grid {"{"} stroke: #30363d {"}"} .axis {"{"} stroke: #8b949e {"}"} {"}"}
        </style>
        <rect width="{width}" height="{height}" class="back"/>
        {content}</svg>

        """);

    private Svg Add(FormattableString element)
    {
        content.AppendLine(element.ToString(CultureInfo.InvariantCulture));
        return this;
    }
}
