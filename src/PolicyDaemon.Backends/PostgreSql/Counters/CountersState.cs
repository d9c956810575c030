namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Where this node counts at present.</summary>
/// <param name="IsAway">The store does not answer, or does not yet have what was spent meanwhile: the node spends its share.</param>
/// <param name="Cause">Why; one private line. Null while the store counts.</param>
public sealed record CountersState(bool IsAway, string? Cause);
