using System.Globalization;
using PolicyDaemon.Admin;

namespace PolicyDaemon.Cli.Pages;

/// <summary>Shows how mail is delivered through a running daemon.</summary>
internal static class LmtpPage
{
    public static void Write(Page page, LmtpReport lmtp, DateTimeOffset now)
    {
        page.Table(
            [.. lmtp.Backends.Select(backend => new[]
            {
                Word.Faint("delivers to"), backend.Endpoint, StatusPage.State(backend.State),
                backend.Since is { } since ? $"for {Times.Length(now - since)}" : "",
                string.Create(CultureInfo.InvariantCulture, $"{backend.Connections - backend.IdleConnections} connections in use, {backend.IdleConnections} idle"),
                backend.LastError is { } error ? $"last error: {error}" : "",
            })],
            indent: 2);
        page.Table([[Word.Faint("deliveries"), "ledger", Waiting(lmtp.Ledger, now), Written(lmtp.Ledger, now)]], indent: 2);
    }

    private static Word Waiting(LedgerReport ledger, DateTimeOffset now)
    {
        if (ledger.Waiting == 0) return new Word("the store has them all", Tone.Good);
        var oldest = ledger.OldestWaiting is { } at ? $", the oldest of {Times.Length(now - at)} ago" : "";
        var waiting = string.Create(CultureInfo.InvariantCulture, $"{ledger.Waiting} not in the store yet{oldest}");
        return ledger.Cause is { } cause ? new Word($"{waiting}: {cause}", Tone.Warning) : new Word(waiting, Tone.Good);
    }

    private static string Written(LedgerReport ledger, DateTimeOffset now) =>
        ledger.HandedOverAt is { } at ? $"written {Times.Length(now - at)} ago" : "none written since the start";
}
