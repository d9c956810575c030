using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PolicyDaemon.Engine.Messages;

/// <summary>The octets of a header field becoming one line of text.</summary>
internal static class FieldText
{
    /// <summary>
    /// Unfolds and decodes. Octets that are no UTF-8 become U+FFFD, which no address may have.
    /// </summary>
    /// <returns>
    /// False for what mail programs cut, drop or show differently: control characters, NUL and CR among them, a line break that does not
    /// fold, and a folded line of white space alone, which some take for the end of the header (RFC 5322 section 3.2.2).
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> value, [NotNullWhen(true)] out string? text, out string cause)
    {
        text = null;
        cause = FindFault(value);
        if (cause.Length > 0) return false;
        text = Encoding.UTF8.GetString(value).Replace("\n", "", StringComparison.Ordinal);
        if (HasUnseenBreak(text)) cause = "a control character";
        return cause.Length == 0;
    }

    /// <summary>Whether text holds characters that end a line or a string in some programs: controls but the tab, U+2028 and U+2029.</summary>
    public static bool HasUnseenBreak(string text)
    {
        foreach (var character in text)
        {
            if (character is '\u2028' or '\u2029' || (char.IsControl(character) && character != '\t')) return true;
        }

        return false;
    }

    private static string FindFault(ReadOnlySpan<byte> value)
    {
        var isLineEmpty = false;
        for (var i = 0; i < value.Length; i++)
        {
            var octet = value[i];
            if (octet == '\n')
            {
                if (isLineEmpty) return "a folded line of white space alone";
                if (i + 1 == value.Length || value[i + 1] is not ((byte)' ' or (byte)'\t')) return "a line break that does not fold";
                isLineEmpty = true;
            }
            else if (octet is < 0x20 and not (byte)'\t' or 0x7f)
            {
                return "a control character";
            }
            else if (octet is not ((byte)' ' or (byte)'\t'))
            {
                isLineEmpty = false;
            }
        }

        return isLineEmpty ? "a folded line of white space alone" : "";
    }
}
