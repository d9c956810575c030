using PolicyDaemon.Ledger;
using PolicyDaemon.Wire.Lmtp;

namespace PolicyDaemon.Admin;

/// <summary>How mail is delivered through this daemon.</summary>
/// <param name="Backends">The mail stores, in the order in which they are asked.</param>
internal sealed record LmtpReport(IReadOnlyList<LmtpBackendReport> Backends, LedgerReport Ledger)
{
    /// <param name="backends">Null: a reload took them away.</param>
    public static LmtpReport Of(LmtpBackends? backends, LedgerStanding ledger) => new(
        [.. (backends?.States ?? []).Select(LmtpBackendReport.Of)],
        new LedgerReport(ledger.Waiting, ledger.OldestWaiting, ledger.HandedOverAt, ledger.Cause));
}

/// <param name="Endpoint"><c>unix:/path</c> or <c>inet:host:port</c>.</param>
/// <param name="State">Unknown: no message has come for it yet.</param>
/// <param name="Since">When it came into this state; null while unknown.</param>
/// <param name="LastError">One sentence, also kept after it came back; null: none so far.</param>
/// <param name="Connections">To it, those that are idle included.</param>
/// <param name="IdleConnections">Kept for the next message.</param>
internal sealed record LmtpBackendReport(string Endpoint, SourceState State, DateTimeOffset? Since, string? LastError, int Connections, int IdleConnections)
{
    public static LmtpBackendReport Of(LmtpBackendState state) => new(
        state.Name,
        state.Answers switch
        {
            null => SourceState.Unknown,
            true => SourceState.Up,
            false => SourceState.Down,
        },
        state.Since,
        state.Cause,
        state.Connections,
        state.Idle);
}

/// <summary>The deliveries that this node has on record and the store has not.</summary>
/// <param name="OldestWaiting">When the first of them came about; null: none waits, or the journal cannot be read.</param>
/// <param name="HandedOverAt">When the store took some last; null: not since the start.</param>
/// <param name="Cause">Why it takes none; one sentence. Null: it does.</param>
internal sealed record LedgerReport(long Waiting, DateTimeOffset? OldestWaiting, DateTimeOffset? HandedOverAt, string? Cause);
