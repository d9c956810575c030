using System.Globalization;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Octets as the configuration spells them: a whole number, alone or with <c>K M G</c> (each 1024 times the one before).</summary>
internal static class Sizes
{
    public static bool TryParse(string text, out long octets)
    {
        octets = 0;
        var shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        if (digits.Length > 9 + (shift == 0 ? 9 : 0)) return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > long.MaxValue >> shift) return false;
        octets = number << shift;
        return true;
    }

    /// <summary>With the largest unit that needs no fraction.</summary>
    public static string Format(long octets)
    {
        var (shift, suffix) = (octets == 0 ? 0 : long.TrailingZeroCount(octets)) switch
        {
            >= 30 => (30, "G"),
            >= 20 => (20, "M"),
            >= 10 => (10, "K"),
            _ => (0, ""),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{octets >> shift}{suffix}");
    }
}
