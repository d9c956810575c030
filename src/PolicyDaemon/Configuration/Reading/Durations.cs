using System.Globalization;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Lengths of time as the configuration spells them: a whole number and its unit, <c>500ms 30s 10m 1h 7d 2w</c>.</summary>
internal static class Durations
{
    private static readonly (string Suffix, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
        ("w", TimeSpan.FromDays(7)),
    ];

    /// <summary>Reads one; a bare number has no meaning, because nobody can see its unit. <c>0s</c> is fine.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9) return false;
        foreach (var (suffix, length) in Units)
        {
            if (text.AsSpan(digits) is not { Length: > 0 } rest || !rest.SequenceEqual(suffix)) continue;
            value = length * int.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            return true;
        }

        return false;
    }

    /// <summary>In the largest unit that needs no fraction, but never in weeks: <c>7d</c> reads better than <c>1w</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero) return "0s";
        var (suffix, length) = Units.Where(unit => unit.Suffix != "w" && value.Ticks % unit.Length.Ticks == 0).LastOrDefault(Units[0]);
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / length.Ticks}{suffix}");
    }
}
