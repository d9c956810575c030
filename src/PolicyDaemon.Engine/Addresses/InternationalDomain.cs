using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PolicyDaemon.Engine.Addresses;

/// <summary>Internationalized domain names (RFC 5890), written in Unicode, to the A-labels that DNS knows.</summary>
/// <remarks>
/// Two spellings of one domain must give one result. Unicode's mapping tables (UTS 46) are not at hand without libicu, so a
/// character that such a mapping would change or drop (full-width letters, combining accents, soft hyphens) is refused, not
/// guessed: it could be one of our domains in disguise. A label that may be registered has none of them (RFC 5892).
/// </remarks>
internal static class InternationalDomain
{
    /// <summary>Longest name in A-labels, without the dot at the end (RFC 1035 section 2.3.4).</summary>
    public const int MaxLength = 253;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>Blocks of letters and marks that normalization would replace or compose.</summary>
    private static readonly (int First, int Last)[] Mapped =
    [
        (0x00aa, 0x00ba), (0x0132, 0x0133), (0x013f, 0x0140), (0x0149, 0x0149), (0x017f, 0x017f), (0x01c4, 0x01cc), (0x01f1, 0x01f3),
        (0x02b0, 0x036f), (0x0e33, 0x0e33), (0x0eb3, 0x0eb3), (0x1100, 0x11ff), (0x1d2c, 0x1dbf), (0x1e9a, 0x1e9b), (0x2070, 0x218f), (0x3099, 0x309a), (0x3131, 0x318e),
        (0xa960, 0xa97f), (0xd7b0, 0xd7ff), (0xf900, 0xfdff), (0xfe70, 0xffef), (0x1d400, 0x1d7ff), (0x2f800, 0x2fa1f),
    ];

    public static bool TryToAscii(string text, [NotNullWhen(true)] out string? ascii)
    {
        ascii = null;
        var folded = text.ToLowerInvariant();
        foreach (var rune in folded.EnumerateRunes())
        {
            if (!rune.IsAscii && !IsSeparator(rune) && !IsStable(rune)) return false;
        }

        try
        {
            ascii = Idn.GetAscii(folded).ToLowerInvariant().TrimEnd('.');
        }
        catch (ArgumentException)
        {
            return false;
        }

        return ascii.Length is > 0 and <= MaxLength;
    }

    /// <summary>The full stops of other scripts that stand for a dot (RFC 3490 section 3.1).</summary>
    private static bool IsSeparator(Rune rune) => rune.Value is 0x3002 or 0xff0e or 0xff61;

    private static bool IsStable(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber)) return false;

        foreach (var (first, last) in Mapped)
        {
            if (rune.Value >= first && rune.Value <= last) return false;
        }

        return true;
    }
}
