using System.Globalization;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows who is taken to be guessing passwords.</summary>
internal static class GuardPage
{
    public static void Write(Page page, GuardList list)
    {
        if (list.Total == 0)
        {
            page.Line("nobody guesses passwords");
            return;
        }

        page.Table(
        [
            ["WHO", "GUESSES", "LAST", "LOCKED FOR"],
            .. list.Entries.Select(entry => new Word[]
            {
                Word.Strong(entry.Subject),
                entry.Guesses.ToString(CultureInfo.InvariantCulture),
                Times.Length(list.Now - entry.LastAt) + " ago",
                entry.LockedUntil is { } until ? new Word(Times.Length(until - list.Now), Tone.Bad) : "",
            }),
        ]);
        if (list.Total > list.Entries.Count) page.Line(string.Create(CultureInfo.InvariantCulture, $"and {list.Total - list.Entries.Count} more"));
    }
}
