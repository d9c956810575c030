namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Whether answers of the directory are kept.</summary>
/// <param name="IsKeeping">At least those of some questions.</param>
/// <param name="Cause">Why they are not, or not all; one private line, never a secret. Null: all are.</param>
public sealed record PostgresCacheState(bool IsKeeping, string? Cause);
