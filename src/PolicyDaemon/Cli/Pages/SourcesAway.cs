using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Says below an answer which sources it had to do without, since when, and what their facts are worth.</summary>
internal static class SourcesAway
{
    /// <summary>Labelled values for the fields of a page, none when all sources are there.</summary>
    public static IEnumerable<(string Label, Word? Value)> Fields(IReadOnlyList<SourceReport> sources) =>
        sources.Select(source => ("away", (Word?)new Word(Describe(source), Tone.Warning)));

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
