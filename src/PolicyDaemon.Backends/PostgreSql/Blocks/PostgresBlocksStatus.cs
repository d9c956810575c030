namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>How things stand with the blocks of this node.</summary>
/// <param name="IsLive">What other nodes change is heard of.</param>
/// <param name="Pending">Orders of this node that the others do not know yet.</param>
/// <param name="Cause">Why it is not live or orders are pending; one private line. Null when all is well.</param>
public sealed record PostgresBlocksStatus(bool IsLive, int Pending, string? Cause);
