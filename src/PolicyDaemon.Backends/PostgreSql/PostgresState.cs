namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Whether the servers are asked at present.</summary>
/// <param name="Target">Which of them: <c>primary</c> or <c>any</c>.</param>
/// <param name="IsAway">None answered, and they are left alone until a probe in the background finds one.</param>
/// <param name="Cause">What they failed with last; one private line, never a secret. Null while they answer.</param>
public sealed record PostgresState(string Target, bool IsAway, string? Cause);
