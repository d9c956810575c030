using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Says below an answer which sources it had to do without, since when, and what their facts are worth.</summary>
internal static class SourcesAway
{
    public static void Write(Page page, IReadOnlyList<SourceReport> sources) => page.Table(
        [.. sources.Select(source => new[] { Word.Faint("away"), new Word(Describe(source), Tone.Warning) })], indent: 2);

    private static string Describe(SourceReport source)
    {
        var since = source.Since is { } start ? $" since {Times.Moment(start)}" : "";
        return $"{source.Name}{since}: {source.LastError ?? "no answer"}{Rest(source.Sync)}";
    }

    private static string Rest(SyncReport? sync) => sync switch
    {
        { AnswersFrom: AnswersFrom.View, AgeMs: { } age } =>
            $"; answered from memory, {Times.Age(age)}, for another {Times.Length(TimeSpan.FromMilliseconds(sync.StaleForMs - age))}",
        { IsStale: true, AgeMs: { } age } => $"; what is in memory is {Times.Age(age)} and counts no more",
        _ => "",
    };
}
