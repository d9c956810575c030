using System.Globalization;
using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>A figure of each server as a bar from zero, in groups.</summary>
/// <param name="unit">Of the figure.</param>
internal sealed class BarPlot(string title, string unit, IReadOnlyList<(string Name, IReadOnlyList<(string Name, Figure Figure, int Color)> Bars)> groups)
{
    private const int Width = 760, Left = 190, Right = 110, Top = 56, RowHeight = 22, Thickness = 14, GroupHeight = 26, Bottom = 40;

    private readonly double greatest = groups.SelectMany(group => group.Bars).Max(bar => bar.Figure.Greatest);

    public override string ToString()
    {
        var height = Top + Bottom + groups.Sum(group => GroupHeight + (group.Bars.Count * RowHeight));
        Svg svg = new(Width, height, title);
        svg.Text(16, 24, title, "title").Text(16, 42, unit, "small");
        DrawAxis(svg, height);
        double y = Top;
        foreach (var (name, bars) in groups)
        {
            svg.Text(16, y + 16, name);
            y += GroupHeight;
            foreach (var bar in bars)
            {
                Draw(svg, bar, y);
                y += RowHeight;
            }
        }

        return svg.ToString();
    }

    private void Draw(Svg svg, (string Name, Figure Figure, int Color) bar, double y)
    {
        var color = bar.Color % Svg.ColorCount;
        var middle = y + (Thickness / 2.0);
        svg.Text(Left - 8, middle + 4, bar.Name, "", "end").Bar(Left, y, X(bar.Figure.Median) - Left, Thickness, $"fill{color}");
        svg.Line(X(bar.Figure.Least), middle, X(bar.Figure.Greatest), middle, "axis");
        svg.Text(X(bar.Figure.Greatest) + 8, middle + 4, Text(bar.Figure.Median), "small");
    }

    private void DrawAxis(Svg svg, int height)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(greatest)));
        var step = (greatest / power) switch { > 5 => 2 * power, > 2 => power, _ => power / 2 };
        for (var value = 0.0; value <= greatest * 1.0001; value += step)
            svg.Line(X(value), Top, X(value), height - Bottom, "grid").Text(X(value), height - Bottom + 16, Text(value), "small", "middle");
    }

    private double X(double value) => Left + (value / greatest * (Width - Left - Right));

    private static string Text(double value) => value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
}
