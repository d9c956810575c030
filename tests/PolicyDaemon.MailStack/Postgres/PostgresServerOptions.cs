namespace PolicyDaemon.MailStack.Postgres;

/// <summary>What differs between two private PostgreSQL servers.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>A single word: directory below the root of the stack, name of the process, <c>application_name</c> of a replica. Two servers of one stack need two names.</summary>
    public string Name { get; init; } = "postgres";

    /// <summary>Debian 12 has PostgreSQL 15, Debian 13 has 17.</summary>
    public DebianSystem System { get; init; } = DebianSystem.Host;

    /// <summary>Clients that ask for TLS get it, with the certificate of the stack.</summary>
    public bool HasTls { get; init; }

    /// <summary>Lines at the end of postgresql.conf, where the last of two values counts.</summary>
    public string Settings { get; init; } = "";
}
