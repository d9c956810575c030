using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows how a running daemon is.</summary>
internal static class StatusPage
{
    public static void Write(Page page, StatusReport status)
    {
        page.Line(Word.Strong($"policydaemon {status.Version}"), $" on {status.Node}, up {Times.Length(status.Now - status.StartedAt)}");
        page.Fields(2, ("configuration", status.ConfigurationFile));
        page.Line();
        page.Table(
            [.. status.Listeners.Select(listener => new Word[] { Word.Faint("listens"), listener.Protocol, listener.Endpoint })],
            indent: 2);
        page.Table(
            [.. status.Sources.Select(source => new[]
            {
                Word.Faint("source"), source.Name, State(source),
                source.Since is { } since ? $"for {Times.Length(status.Now - since)}" : "",
                source.LastError is { } error ? $"last error: {error}" : "",
            })],
            indent: 2);
        page.Table(
            [.. status.Sources.Where(source => source.Cache is not null).Select(source => new[] { Word.Faint("answers"), source.Name, Kept(source.Cache!) })],
            indent: 2);
        foreach (var source in status.Sources.Where(source => source.Sync is not null))
        {
            page.Line();
            SyncPage.Write(page, source.Name, source.Sync!, status.Now);
        }
    }

    private static Word Kept(CacheReport cache) => cache switch
    {
        { Cause: null } => new Word("kept", Tone.Good),
        { IsKept: true, Cause: { } cause } => new Word($"kept, but not all: {cause}", Tone.Warning),
        { Cause: { } cause } => new Word($"not kept: {cause}", Tone.Warning),
    };

    private static Word State(SourceReport source) => source.State switch
    {
        SourceState.Up => new Word("up", Tone.Good),
        SourceState.Down => new Word("down", Tone.Bad),
        _ => new Word("not asked yet", Tone.Faint),
    };
}
