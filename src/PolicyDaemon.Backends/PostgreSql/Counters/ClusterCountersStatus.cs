namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>How counting stands on this node.</summary>
/// <param name="Nodes">How many nodes share the store, by the configuration.</param>
/// <param name="NodesSeen">How many have charged there, or begun to, within <see cref="ClusterCounters.SeenWithin"/>; 0 when not known yet.</param>
/// <param name="IsAway">The store does not answer, or does not yet have what was spent meanwhile: the node spends its share.</param>
/// <param name="Cause">Why; one private line. Null while the store counts.</param>
/// <param name="HasShare">There is a share to spend: the store has said at least once what is used.</param>
/// <param name="JournalBytes">Octets of the journal's files.</param>
/// <param name="IsJournalFull">It holds as much as it may, and the store has none of it: nothing more is charged here.</param>
/// <param name="Charges">Messages that the store was asked to charge since the start.</param>
/// <param name="Calls">In so many calls.</param>
/// <param name="CallTime">The time that these took together.</param>
/// <param name="ShareCharges">Messages charged from the share.</param>
public sealed record ClusterCountersStatus(
    int Nodes, int NodesSeen, bool IsAway, string? Cause, bool HasShare, long JournalBytes, bool IsJournalFull, long Charges, long Calls, TimeSpan CallTime, long ShareCharges);
