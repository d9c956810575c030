using System.Text;

namespace PolicyDaemon.Engine.Messages;

/// <summary>An address that stands in a display name or comment, where many mail programs show nothing else.</summary>
/// <param name="Text">As far as it looks like an address, <c>localpart@domain</c>; perhaps none.</param>
/// <param name="IsAlone">The text beside the real address is this and nothing more.</param>
public readonly record struct ClaimedAddress(string Text, bool IsAlone)
{
    private const string Around = "<>()[]{}\"'`,;:|*_!? \t\u00a0";

    /// <summary>Finds what a reader would take for an address. Linear in the length of the text.</summary>
    /// <remarks>
    /// Full-width letters and signs count as those they look like, and characters that are not seen do not count at all: both are
    /// put there to be overlooked by somebody who searches.
    /// </remarks>
    public static IReadOnlyList<ClaimedAddress> FindAll(string text)
    {
        if (!text.AsSpan().ContainsAny('@', '\uff20', '\ufe6b')) return [];
        var plain = Simplify(text);
        var whole = plain.AsSpan().Trim(Around);
        var found = new List<ClaimedAddress>();
        for (var at = plain.IndexOf('@', StringComparison.Ordinal); at >= 0; at = plain.IndexOf('@', at + 1))
        {
            var start = at;
            while (start > 0 && !IsBorder(plain[start - 1])) start--;
            var end = at + 1;
            while (end < plain.Length && IsDomain(plain[end])) end++;
            var claim = plain.AsSpan(start, end - start).TrimEnd('.');
            if (claim.Length > at - start + 1 && at > start) found.Add(new ClaimedAddress(claim.ToString(), claim.Length >= whole.TrimEnd('.').Length));
        }

        return found;
    }

    private static bool IsBorder(char character) => character == '@' || (character != '_' && Around.Contains(character, StringComparison.Ordinal)) || char.IsWhiteSpace(character);

    private static bool IsDomain(char character) => char.IsLetterOrDigit(character) || char.IsSurrogate(character) || character is '.' or '-' or '_';

    private static string Simplify(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format) continue;
            if (rune.Value is >= 0xff01 and <= 0xff5e) plain.Append((char)(rune.Value - 0xfee0));
            else if (rune.Value == 0xfe6b) plain.Append('@');
            else if (rune.Value is 0x3002 or 0xff61) plain.Append('.');
            else plain.Append(rune.ToString());
        }

        return plain.ToString();
    }
}
