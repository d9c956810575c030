using System.Globalization;
using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>A figure over the number of connections, a line for each server, on a logarithmic axis: what is between floor and peers is hundredfold.</summary>
/// <param name="unit">Of the figure, with its axis.</param>
/// <param name="places">On the other axis.</param>
internal sealed class LinePlot(string title, string unit, string axis, IReadOnlyList<string> places, IReadOnlyList<Series> series)
{
    private const double Tiny = 1e-9;
    private const int Width = 760, Height = 420, Left = 78, Right = 190, Top = 48, Bottom = 52, LabelHeight = 15;

    private readonly double least = Math.Log10(Steps(Figures(series).Min(figure => figure.Least)).Last(pair => pair.Step <= pair.Value).Step);
    private readonly double greatest = Math.Log10(Steps(Figures(series).Max(figure => figure.Greatest)).First(pair => pair.Step >= pair.Value).Step);

    public override string ToString()
    {
        Svg svg = new(Width, Height, title);
        svg.Text(Left, 24, title, "title");
        DrawAxes(svg);
        foreach (var one in series) Draw(svg, one);
        DrawNames(svg);
        return svg.ToString();
    }

    private void DrawAxes(Svg svg)
    {
        for (var decade = (int)Math.Floor(least); decade <= greatest; decade++)
        {
            foreach (var step in new[] { 1, 2, 5 })
            {
                var value = step * Math.Pow(10, decade);
                if (Math.Log10(value) < least - Tiny || Math.Log10(value) > greatest + Tiny) continue;
                svg.Line(Left, Y(value), Width - Right, Y(value), "grid").Text(Left - 8, Y(value) + 4, value.ToString("#,0.###", CultureInfo.InvariantCulture), "small", "end");
            }
        }

        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        for (var i = 0; i < places.Count; i++) svg.Text(X(i), Height - Bottom + 18, places[i], "", "middle");
        svg.Text((Left + Width - Right) / 2.0, Height - 14, axis, "", "middle").Text(Left, 40, unit, "small");
    }

    private void Draw(Svg svg, Series one)
    {
        var measured = one.Values.Select((figure, i) => (Figure: figure, X: X(i))).Where(point => point.Figure is not null).ToArray();
        svg.Path(measured.Select(point => (point.X, Y(point.Figure!.Median))), $"line{one.Color}");
        foreach (var (figure, x) in measured)
            svg.Line(x, Y(figure!.Least), x, Y(figure.Greatest), $"line{one.Color} spread").Mark(x, Y(figure.Median), one.Color);
    }

    /// <summary>Each beside the end of its line, and none over another.</summary>
    private void DrawNames(Svg svg)
    {
        var ends = series.Select(one => (one.Name, one.Color, Last: one.Values.LastOrDefault(value => value is not null)))
            .Where(end => end.Last is not null).Select(end => (end.Name, end.Color, Y: Y(end.Last!.Median))).OrderBy(end => end.Y).ToArray();
        var free = Math.Min(Top, Height - Bottom - (ends.Length * LabelHeight) + 0.0);
        for (var i = 0; i < ends.Length; i++)
        {
            var room = Height - Bottom - ((ends.Length - 1 - i) * LabelHeight);
            var y = Math.Min(Math.Max(ends[i].Y, free), room);
            free = y + LabelHeight;
            svg.Mark(Width - Right + 16, y, ends[i].Color).Text(Width - Right + 26, y + 4, ends[i].Name);
        }
    }

    private double X(int place) => places.Count == 1 ? (Left + Width - Right) / 2.0 : Left + 24 + (place * (Width - Left - Right - 48.0) / (places.Count - 1));

    private double Y(double value) => Height - Bottom - ((Math.Log10(Math.Max(value, Tiny)) - least) / (greatest - least) * (Height - Top - Bottom));

    /// <summary>The 1, 2 and 5 of the scale around a value.</summary>
    private static IEnumerable<(double Step, double Value)> Steps(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, Tiny))));
        return new[] { 1, 2, 5, 10 }.Select(step => (step * power, Math.Max(value, Tiny)));
    }

    private static IEnumerable<Figure> Figures(IReadOnlyList<Series> series) => series.SelectMany(one => one.Values).OfType<Figure>();
}
