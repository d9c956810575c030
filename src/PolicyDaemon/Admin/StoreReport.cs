using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Admin;

/// <summary>Who counts limits at present.</summary>
internal enum CountedBy
{
    /// <summary>The store cannot be asked and this node has no share: checks take their <c>whenUnavailable</c>.</summary>
    Nobody,
    Store,

    /// <summary>This node alone, its part of what was left.</summary>
    Share,
}

/// <summary>How the store is that nodes share.</summary>
/// <param name="IsListening">Blocks of other nodes are in force when they are given; else they are asked for every second.</param>
/// <param name="ListeningCause">Why not; one sentence. Null: it is so.</param>
/// <param name="PendingOrders">Blocks given or taken back here that other nodes do not know yet.</param>
/// <param name="Nodes">How many nodes share the store, by the configuration.</param>
/// <param name="JournalBytes">Octets of this node's own charges on its disk.</param>
internal sealed record StoreReport(bool IsListening, string? ListeningCause, int PendingOrders, CountedBy CountedBy, int Nodes, long JournalBytes)
{
    public static StoreReport Of(StoreFacts facts) => new(
        facts.Listening.IsListening,
        facts.Listening.Cause,
        facts.Blocks.Pending,

        // Who has not counted since the servers are away has not noticed.
        !facts.Counting.IsAway && !facts.Servers.IsAway ? CountedBy.Store : facts.Counting.HasShare ? CountedBy.Share : CountedBy.Nobody,
        facts.Counting.Nodes,
        facts.Counting.JournalBytes);
}
