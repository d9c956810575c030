using System.Globalization;
using System.Text;

namespace PolicyDaemon.Telemetry;

/// <summary>
/// Writes <c>key=value</c> pairs on one line. A value that holds anything but plain characters is put in quotes and escaped, so that text
/// from a peer can neither break the line nor pass for another field.
/// </summary>
internal static class LogText
{
    /// <summary>Longest value, in characters; the rest is cut and marked with <c>...</c>.</summary>
    public const int MaxValueLength = 320;

    /// <summary>Longest exception: where it happened is at the end of its text, and no peer chooses how long that is.</summary>
    public const int MaxExceptionLength = 8192;

    public static void Append(StringBuilder line, string key, string value)
    {
        line.Append(' ').Append(key).Append('=');
        var longest = key == LogFields.Exception ? MaxExceptionLength : MaxValueLength;
        var cut = value.Length > longest ? value.AsSpan(0, longest) : value.AsSpan();
        if (value.Length > 0 && IsPlain(cut))
        {
            line.Append(cut);
        }
        else
        {
            line.Append('"');
            foreach (var character in cut) AppendEscaped(line, character);
            line.Append('"');
        }

        if (cut.Length < value.Length) line.Append("...");
    }

    private static bool IsPlain(ReadOnlySpan<char> value)
    {
        foreach (var character in value)
        {
            if (character is <= ' ' or '"' or '\\' or '=' or > '~') return false;
        }

        return true;
    }

    private static void AppendEscaped(StringBuilder line, char character)
    {
        switch (character)
        {
            case '"' or '\\':
                line.Append('\\').Append(character);
                break;
            case '\n':
                line.Append("\\n");
                break;
            case '\r':
                line.Append("\\r");
                break;
            case '\t':
                line.Append("\\t");
                break;
            case var other when char.IsControl(other) || char.IsSurrogate(other) || IsInvisible(other):
                line.Append("\\u").Append(((int)other).ToString("x4", CultureInfo.InvariantCulture));
                break;
            default:
                line.Append(character);
                break;
        }
    }

    /// <summary>Characters that move the cursor or turn the reading direction on a terminal.</summary>
    private static bool IsInvisible(char character) =>
        char.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
