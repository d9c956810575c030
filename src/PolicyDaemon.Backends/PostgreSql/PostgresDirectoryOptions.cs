using PolicyDaemon.Backends.PostgreSql.Queries;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>What to ask of the mailboxes in PostgreSQL, and how long answers count.</summary>
public sealed record PostgresDirectoryOptions
{
    public DirectoryQueries Queries { get; init; } = DirectoryQueries.Default;

    /// <summary>How long a replica's answers count while no primary answers.</summary>
    public TimeSpan StaleFor { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Answers of each kind that are kept while the server's notifications are heard.</summary>
    public int CacheEntries { get; init; } = 100_000;

    /// <summary>
    /// How long an answer is kept, although nothing was said to have changed: what a change costs that no trigger tells of. Zero: every
    /// question is asked.
    /// </summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(1);
}
