using System.Globalization;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows how much of limits is used.</summary>
internal static class LimitsPage
{
    public static void Write(Page page, LimitUseList list) => page.Table(
    [
        ["LIMIT", "USED", "OF", "", "PER", "FITS IN"],
        .. list.Limits.Select(use => new Word[]
        {
            Word.Strong(use.Key),
            new(Number(use.Used), use.Used >= use.Amount ? Tone.Bad : use.Used > use.Amount / 2 ? Tone.Warning : Tone.Good),
            Number(use.Amount),
            use.Unit.ToString().ToLowerInvariant(),
            Times.Length(TimeSpan.FromMilliseconds(use.PerMs)),
            use.Used < use.Amount ? "now" : use.RetryAfterMs == 0 ? "never" : Times.Length(WholeMinutes(use.RetryAfterMs)),
        }),
    ]);

    /// <summary>Rounded up, as clients are told: who heeds it does not come too early.</summary>
    private static TimeSpan WholeMinutes(long milliseconds) => TimeSpan.FromMinutes((milliseconds + 59_999) / 60_000);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
