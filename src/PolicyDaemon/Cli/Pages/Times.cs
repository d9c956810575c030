using System.Globalization;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Times and lengths of time for a person.</summary>
internal static class Times
{
    /// <summary>
    /// The two largest units that say something: <c>120 ms</c>, <c>12 s</c>, <c>5 min</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.
    /// </summary>
    public static string Length(TimeSpan span)
    {
        if (span < TimeSpan.FromSeconds(1)) return Text($"{Math.Max(0, (long)span.TotalMilliseconds)} ms");
        if (span < TimeSpan.FromMinutes(1)) return Text($"{(int)span.TotalSeconds} s");
        if (span < TimeSpan.FromHours(1)) return Text($"{(int)span.TotalMinutes} min");
        if (span < TimeSpan.FromDays(1)) return Text($"{(int)span.TotalHours} h") + And(span.Minutes, "min");
        return Text($"{(int)span.TotalDays} d") + And(span.Hours, "h");
    }

    /// <summary>How old a fact is; one that was just asked for is current.</summary>
    public static string Age(long milliseconds) => milliseconds == 0 ? "current" : $"{Length(TimeSpan.FromMilliseconds(milliseconds))} old";

    /// <summary>In UTC, as the log has it: <c>2026-11-21 12:00:00Z</c>.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToString("u", CultureInfo.InvariantCulture);

    private static string And(int count, string unit) => count == 0 ? "" : Text($" {count} {unit}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
