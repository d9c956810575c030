using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Hosting;
using PolicyDaemon.Http;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Alerts;

/// <summary>What the state of a directory, or of the store that nodes share, means to people.</summary>
internal static class SourceStanding
{
    public const string DirectoryEvent = "directory";
    public const string StoreEvent = "store";

    private const string Well = "answers";

    public static Standing Of(SourceReport source)
    {
        var (level, seen) = Judge(source);
        var isStore = source.Name == StoreWatch.Name;
        return new Standing(
            source.Name,
            isStore ? StoreEvent : DirectoryEvent,
            level,
            seen,
            isStore ? EffectOfStore(level) : EffectOfDirectory(level, source.Sync),
            source.Sync is null ? "policydaemon status" : "policydaemon ldap show");
    }

    /// <summary>As the health endpoint has it, but for what only a person can end, and what is no fault.</summary>
    private static (WatchLevel Level, string Seen) Judge(SourceReport source)
    {
        // A server that cannot be followed is asked instead.
        var part = Readiness.Of([source.Sync is { IsStale: false, Connection: SyncConnection.Unsupported } ? source with { Sync = null } : source]).Parts[0];
        return part.State switch
        {
            // Limits have not been counted since, or by this node's share from the next one on.
            PartState.Failing when source.Store is { CountedBy: CountedBy.Store } => (WatchLevel.Warning, part.Cause ?? ""),
            PartState.Failing => (WatchLevel.Critical, part.Cause ?? ""),
            PartState.Degraded => (WatchLevel.Warning, part.Cause ?? ""),
            _ when source.Sync is { Withheld: > 0 } sync => (WatchLevel.Warning, FormattableString.Invariant($"{sync.Withheld} accounts are not in the directory any more, and are kept until somebody confirms it")),
            _ => (WatchLevel.Normal, Well),
        };
    }

    private static string EffectOfDirectory(WatchLevel level, SyncReport? sync) => (level, sync) switch
    {
        (WatchLevel.Normal, _) => "it is asked, or followed, as before",
        (WatchLevel.Warning, { Withheld: > 0, Connection: SyncConnection.Connected }) => "they go on as before; policydaemon ldap accept takes over what the server has",
        (WatchLevel.Warning, { } kept) => $"the accounts in memory decide; no change arrives, and mail is deferred (451) when they are {Durations.Format(TimeSpan.FromMilliseconds(kept.StaleForMs))} old",
        _ => "mail and logins that need it are deferred, but where an answer is remembered",
    };

    private static string EffectOfStore(WatchLevel level) => level switch
    {
        WatchLevel.Normal => "blocks and limits hold on all nodes together again",
        WatchLevel.Warning => "this node spends its share of the limits, knows the blocks that it knew, and keeps its own orders until the store is back",
        _ => "limits are not counted: the checks answer as their whenUnavailable says",
    };
}
