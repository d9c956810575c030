using System.Globalization;
using PolicyDaemon.Admin;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Watch;

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
                Word.Faint("source"), source.Name, State(source.State),
                source.Since is { } since ? $"for {Times.Length(status.Now - since)}" : "",
                source.LastError is { } error ? $"last error: {error}" : "",
            })],
            indent: 2);
        page.Table(
            [.. status.Sources.Where(source => source.Cache is not null).Select(source => new[] { Word.Faint("answers"), source.Name, Kept(source.Cache!) })],
            indent: 2);
        page.Table(
            [.. status.Watched.Select(watched => new[] { Word.Faint("watched"), WatchLog.Name(watched.Subject), Level(watched), watched.Cause ?? watched.Seen ?? "", Word.Faint(watched.Place) })],
            indent: 2);
        if (status.Lmtp is { } lmtp) LmtpPage.Write(page, lmtp, status.Now);
        foreach (var store in status.Sources.Select(source => source.Store).OfType<StoreReport>())
        {
            page.Table([[Word.Faint("blocks"), "store", Blocks(store)], [Word.Faint("limits"), "store", Limits(store)]], indent: 2);
        }

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

    private static Word Blocks(StoreReport store)
    {
        var heard = store.IsListening ? "those of other nodes are in force at once" : $"those of other nodes are asked for every second: {store.ListeningCause}";
        var pending = store.PendingOrders > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {store.PendingOrders} given or taken back here wait for the store") : "";
        return new Word(heard + pending, store.IsListening && pending.Length == 0 ? Tone.Good : Tone.Warning);
    }

    private static Word Limits(StoreReport store) => store.CountedBy switch
    {
        CountedBy.Store => new Word("counted for all nodes together", Tone.Good),
        CountedBy.Share => new Word(string.Create(CultureInfo.InvariantCulture, $"counted by this node alone, 1/{store.Nodes} of what was left"), Tone.Warning),
        _ => new Word("not counted: checks take their whenUnavailable", Tone.Bad),
    };

    private static Word Level(WatchReport watched) => watched switch
    {
        { Cause: not null } => new Word("cannot be seen", Tone.Warning),
        { Level: WatchLevel.Critical } => new Word("critical", Tone.Bad),
        { Level: WatchLevel.Warning } => new Word("warning", Tone.Warning),
        _ => new Word("well", Tone.Good),
    };

    internal static Word State(SourceState state) => state switch
    {
        SourceState.Up => new Word("up", Tone.Good),
        SourceState.Down => new Word("down", Tone.Bad),
        _ => new Word("not asked yet", Tone.Faint),
    };
}
