namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>What can be seen of PostgreSQL in the daemon's own rights, by somebody who looks for what is wrong.</summary>
public sealed record PostgresExamination
{
    /// <summary>Why no primary could be asked, a private sentence; null: one could, and only then is anything else known.</summary>
    public string? Unreachable { get; init; }

    /// <summary>Whom the daemon connects as.</summary>
    public string Role { get; init; } = "";

    public string Database { get; init; } = "";

    public bool IsSuperuser { get; init; }

    /// <summary>What is wrong with the own schema, a private sentence; null: it is that of this version.</summary>
    public string? SchemaFault { get; init; }

    /// <summary>What the server says of the queries of the mailboxes, a private sentence each.</summary>
    public IReadOnlyList<string> QueryFaults { get; init; } = [];

    /// <summary>What the queries read of which the server does not announce every change.</summary>
    public IReadOnlyList<string> Unwatched { get; init; } = [];

    /// <summary>Tables of mailboxes that the role can change, quoted.</summary>
    public IReadOnlyList<string> Alterable { get; init; } = [];

    /// <summary>Why notifications do not arrive, a private sentence; null: they do.</summary>
    public string? ListenFault { get; init; }

    /// <summary>Daemons that are connected under this node's name; one when it runs.</summary>
    public int NodesOfThisName { get; init; }

    /// <summary>How far the server's clock is ahead of ours; negative: behind. Less than an answer takes is zero.</summary>
    public TimeSpan ClockAhead { get; init; }
}
