using System.Buffers;
using System.Globalization;
using System.Text;

namespace PolicyDaemon.Engine.Messages;

/// <summary>The tokens of one <c>localpart@domain</c>.</summary>
/// <remarks>RFC 5322 section 3.4.1, without its obsolete forms.</remarks>
internal static class AddressSpec
{
    /// <summary>What a localpart must not hold, quoted or not: a program that forgets the quotes would read another address.</summary>
    private static readonly SearchValues<char> Confusing = SearchValues.Create("@<>,;:()[]\"\\");

    /// <param name="localpart">In internal form.</param>
    /// <returns>What is wrong; null: nothing.</returns>
    public static string? Read(List<AddressToken> words, out string localpart, out string domain)
    {
        localpart = domain = "";
        if (words.Exists(word => word.Kind == AddressTokenKind.Comment)) return "a comment inside an address";
        var at = words.FindIndex(word => word.Is('@'));
        if (at < 0) return "no domain";
        if (words.FindLastIndex(word => word.Is('@')) != at) return "two @";
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].IsSpaced) return i < at || i > at + 1 ? "words where an address should be" : "white space inside an address";
        }

        var before = words[..at];
        var behind = words[(at + 1)..];
        if (before is not [{ Kind: AddressTokenKind.Quoted }] && !IsDotted(before)) return "no localpart";
        if (behind is not [{ Kind: AddressTokenKind.Literal }] && !IsDotted(behind)) return "no domain";
        localpart = string.Concat(before.Select(word => word.Text));
        domain = string.Concat(behind.Select(word => word.Text));
        return FindOddity(localpart, domain);
    }

    private static string? FindOddity(string localpart, string domain)
    {
        if (localpart.Length == 0) return "no localpart";
        if (localpart.AsSpan().ContainsAny(Confusing)) return "a localpart that is another address without its quotes";
        if (localpart.Contains("=?", StringComparison.Ordinal) || domain.Contains("=?", StringComparison.Ordinal)) return "an encoded word in an address";
        foreach (var rune in $"{localpart}{domain}".EnumerateRunes())
        {
            if (!IsSeen(rune)) return "an address with characters that are not seen";
        }

        return null;
    }

    /// <summary>Not what stands for bad octets, and nothing that is shown as nothing, as a space or as another direction.</summary>
    private static bool IsSeen(Rune rune) => rune.Value is >= ' ' and <= '~' || (rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or
        UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate));

    /// <summary><c>atom *("." atom)</c>.</summary>
    private static bool IsDotted(List<AddressToken> words)
    {
        if (words.Count % 2 == 0) return false;
        for (var i = 0; i < words.Count; i++)
        {
            if (i % 2 == 0 ? words[i].Kind != AddressTokenKind.Atom : !words[i].Is('.')) return false;
        }

        return true;
    }
}
