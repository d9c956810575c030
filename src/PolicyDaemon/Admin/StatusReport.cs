using System.Text.Json.Serialization;
using PolicyDaemon.Backends;
using PolicyDaemon.Backends.PostgreSql;

namespace PolicyDaemon.Admin;

/// <summary>What a running daemon is and how it is.</summary>
/// <param name="Node">The node's configured name.</param>
/// <param name="Watched">Disks and the queue; empty where nothing is watched.</param>
/// <param name="Lmtp">Null: no mail is delivered through it.</param>
/// <param name="ConfigurationFile">The file that the rules in force were read from; null: none, the defaults.</param>
internal sealed record StatusReport(
    string Version,
    string Node,
    DateTimeOffset StartedAt,
    DateTimeOffset Now,
    string? ConfigurationFile,
    IReadOnlyList<ListenerReport> Listeners,
    IReadOnlyList<SourceReport> Sources,
    IReadOnlyList<WatchReport> Watched,
    LmtpReport? Lmtp = null);

/// <param name="Protocol">The key in <c>listen</c>: <c>policy</c>, <c>admin</c>, …</param>
/// <param name="Endpoint"><c>unix:/path</c> or <c>inet:host:port</c>.</param>
internal sealed record ListenerReport(string Protocol, string Endpoint);

internal enum SourceState
{
    /// <summary>Nothing was asked of it yet.</summary>
    Unknown,
    Up,
    Down,
}

/// <param name="Name">The configured name: <c>ldap</c>, <c>sqlite</c>, …; <c>store</c> for the one that nodes share.</param>
/// <param name="Since">When it came into this state; null while unknown.</param>
/// <param name="LastError">One sentence, also kept after it came back; null: none so far.</param>
/// <param name="Sync">Of a source that is kept in memory; it may be down and answer all the same. Null: it is asked each time.</param>
/// <param name="Cache">Of a source whose answers are kept while its changes are heard of; null: another.</param>
/// <param name="Store">Of the store that nodes share; null: another.</param>
internal sealed record SourceReport(string Name, SourceState State, DateTimeOffset? Since, string? LastError, SyncReport? Sync = null, CacheReport? Cache = null, StoreReport? Store = null)
{
    /// <summary>Of a source whose last answers stand in for it; null: another.</summary>
    [JsonIgnore]
    public LastKnownReport? LastKnown { get; init; }
}

/// <param name="IsInUse">The source cannot be asked: what it said last has to do.</param>
/// <param name="Counts">Some of that is young enough.</param>
internal sealed record LastKnownReport(bool IsInUse, bool Counts)
{
    public static LastKnownReport Of(LastKnownDirectory known) => new(known.IsDown, known.HasAnswers);
}

/// <param name="IsKept">Answers of some questions are kept, or of all.</param>
/// <param name="Cause">Why not, or not all; one sentence. Null: all are.</param>
internal sealed record CacheReport(bool IsKept, string? Cause)
{
    public static CacheReport Of(PostgresCacheState state) => new(state.IsKeeping, state.Cause);
}
