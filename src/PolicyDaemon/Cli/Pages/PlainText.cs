using System.Globalization;
using System.Text;

namespace PolicyDaemon.Cli.Pages;

/// <summary>
/// Text of a directory or of a peer, made fit for a terminal: it can neither move the cursor nor turn the reading direction.
/// </summary>
internal static class PlainText
{
    /// <summary>Every rune that is not plainly visible becomes <c>\u{1b}</c>; letters of all languages stay.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsVisible(rune)) plain.Append(rune.ToString());
            else plain.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }

        return plain.ToString();
    }

    /// <summary>Columns that the text takes; combining marks take none.</summary>
    public static int Width(string text) => new StringInfo(text).LengthInTextElements;

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate) && rune != Rune.ReplacementChar;
}
