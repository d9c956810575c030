namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Whether changes are heard of.</summary>
/// <param name="Cause">Why they are not; one private line, never a secret. Null while they are.</param>
public sealed record PostgresListenerState(bool IsListening, string? Cause);
