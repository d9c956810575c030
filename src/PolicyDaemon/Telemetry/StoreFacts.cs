using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Backends.PostgreSql.Counters;

namespace PolicyDaemon.Telemetry;

/// <summary>How the store that nodes share is, as this node sees it at one moment.</summary>
internal sealed record StoreFacts(PostgresState Servers, PostgresListenerState Listening, PostgresBlocksStatus Blocks, ClusterCountersStatus Counting)
{
    /// <summary>
    /// Why the store, or a part of it, is of no use: no server, or one that has not our tables or gives us no right to them. Null: it serves.
    /// </summary>
    public string? AwayCause =>
        Servers.IsAway ? Servers.Cause ?? "no answer"
        : Counting.IsAway ? Counting.Cause ?? "no answer"
        : Listening.IsListening && !Blocks.IsLive ? Blocks.Cause
        : null;
}
