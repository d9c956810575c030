namespace PolicyDaemon.Cli.Pages;

/// <summary>Writes lines and tables for a person: aligned always, coloured only where that was asked for.</summary>
internal sealed class Page(TextWriter writer, bool hasColour)
{
    private const string Gap = "  ";
    private const string Reset = "\e[0m";

    public void Line(params ReadOnlySpan<Word> words)
    {
        foreach (var word in words) Write(word, 0);
        writer.Write('\n');
    }

    /// <summary>Writes rows with aligned columns.</summary>
    /// <param name="indent">Columns to the left.</param>
    public void Table(IReadOnlyList<Word[]> rows, int indent = 0)
    {
        var widths = new List<int>();
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Length; column++)
            {
                if (column == widths.Count) widths.Add(0);
                widths[column] = Math.Max(widths[column], PlainText.Width(PlainText.Of(row[column].Text)));
            }
        }

        foreach (var row in rows) Row(row, widths, indent);
    }

    /// <summary>Writes labelled values; those without a value are left out.</summary>
    public void Fields(int indent, params ReadOnlySpan<(string Label, Word? Value)> fields) => Fields(indent, [], fields);

    /// <param name="last">Behind the others.</param>
    public void Fields(int indent, IEnumerable<(string Label, Word? Value)> last, params ReadOnlySpan<(string Label, Word? Value)> fields)
    {
        var rows = new List<Word[]>();
        foreach (var (label, value) in (ReadOnlySpan<(string Label, Word? Value)>)[.. fields, .. last])
        {
            if (value is { Text.Length: > 0 } shown) rows.Add([Word.Faint(label), shown]);
        }

        Table(rows, indent);
    }

    private void Row(Word[] row, List<int> widths, int indent)
    {
        writer.Write(new string(' ', indent));
        var last = Array.FindLastIndex(row, word => word.Text.Length > 0);
        for (var column = 0; column <= last; column++)
        {
            // The last word of a line is not padded: lines end where their text does.
            Write(row[column], column == last ? 0 : widths[column]);
            if (column < last) writer.Write(Gap);
        }

        writer.Write('\n');
    }

    private void Write(Word word, int width)
    {
        var text = PlainText.Of(word.Text);
        var colour = hasColour && text.Length > 0 ? ColourOf(word.Tone) : "";
        if (colour.Length > 0) writer.Write(colour);
        writer.Write(text);
        if (colour.Length > 0) writer.Write(Reset);
        for (var i = PlainText.Width(text); i < width; i++) writer.Write(' ');
    }

    /// <summary>ECMA-48, "Select graphic rendition"; only colours that are legible on dark and on light.</summary>
    private static string ColourOf(Tone tone) => tone switch
    {
        Tone.Strong => "\e[1m",
        Tone.Faint => "\e[2m",
        Tone.Good => "\e[32m",
        Tone.Warning => "\e[33m",
        Tone.Bad => "\e[31m",
        _ => "",
    };
}
