namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>How to reach PostgreSQL: the section <c>directory.postgres</c> of the configuration.</summary>
public sealed record PostgresOptions
{
    /// <summary>
    /// As Npgsql writes it, without a password; <c>Host=db1,db2</c> names a primary and its replicas in any order. What it does not say is
    /// filled in by <see cref="PostgresConnection"/>.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>Its content is the password; one newline at the end does not count. Re-read for each connection. Null: no password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>A pooler that gives a connection for one transaction at a time (PgBouncer) stands between: no prepared statements.</summary>
    public bool IsPooled { get; init; }

    /// <summary>The servers themselves, where <see cref="ConnectionString"/> leads to a pooler, through which there is no LISTEN. Null: <see cref="ConnectionString"/>.</summary>
    public string? ListenConnectionString { get; init; }

    /// <summary>How long one answer may take, connecting and a second try included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}
