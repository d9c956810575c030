using System.Globalization;

namespace PolicyDaemon.Backends;

/// <summary>How much a mailbox may hold, as directories write it: <c>2G</c>, <c>500 MB</c>, <c>1073741824</c>.</summary>
/// <remarks>Dovecot 2.3 "Quota", 2.4 "quota_storage_size", settings of type size: each unit is 1024 times the one before, case does not count.</remarks>
internal static class QuotaSize
{
    private const string Units = "BKMGT";

    /// <param name="unit">Of a number without one: <c>B</c>, <c>K</c>, <c>M</c>, <c>G</c> or <c>T</c>.</param>
    /// <param name="octets">0 is no limit.</param>
    /// <returns>False for text that is no size, a negative one, and one of more than an exabyte.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, char unit, out long octets)
    {
        octets = 0;
        text = text.Trim();
        if (text.Equals("unlimited", StringComparison.OrdinalIgnoreCase)) return true;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        var number = digits < 0 ? text : text[..digits];
        if (number.Length is 0 or > 18 || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return false;
        if (digits >= 0 && !TryReadUnit(text[digits..].Trim(), out unit)) return false;
        var shift = 10 * Units.IndexOf(unit, StringComparison.Ordinal);
        if (amount > 1L << (60 - shift)) return false;
        octets = amount << shift;
        return true;
    }

    /// <summary><c>M</c>, <c>MB</c>, <c>MiB</c>; <c>B</c> alone.</summary>
    private static bool TryReadUnit(ReadOnlySpan<char> text, out char unit)
    {
        unit = char.ToUpperInvariant(text[0]);
        var rest = text[1..];
        return Units.Contains(unit, StringComparison.Ordinal) &&
            (rest.IsEmpty || (unit != 'B' && (rest.Equals("B", StringComparison.OrdinalIgnoreCase) || rest.Equals("iB", StringComparison.OrdinalIgnoreCase))));
    }
}
