using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The connections to PostgreSQL that directory, blocks and limits share.</summary>
public sealed class PostgresSource : IAsyncDisposable
{
    private readonly NpgsqlMultiHostDataSource pool;
    private readonly NpgsqlMultiHostDataSource listening;

    /// <param name="onChange">Told when the servers go away and when they are back, on no particular thread.</param>
    public PostgresSource(PostgresOptions options, TimeProvider time, Action<PostgresState>? onChange = null)
    {
        var tell = onChange ?? (static _ => { });
        Options = options;
        Time = time;
        pool = PostgresConnection.Build(options);
        listening = PostgresConnection.BuildUnpooled(options.ListenConnectionString ?? options.ConnectionString, options);
        Primary = new PostgresHosts("primary", pool.WithTargetSession(TargetSessionAttributes.Primary), options.Timeout, time, tell);
        Any = new PostgresHosts("any", pool.WithTargetSession(TargetSessionAttributes.PreferPrimary), options.Timeout, time, tell);
    }

    public PostgresOptions Options { get; }

    /// <summary>The server that takes changes: for writes, for counters, and for what must be the newest.</summary>
    public PostgresHosts Primary { get; }

    /// <summary>The primary, or a replica while there is none: for reads that may be behind.</summary>
    public PostgresHosts Any { get; }

    internal TimeProvider Time { get; }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Any.DisposeAsync();
        await pool.DisposeAsync();
        await listening.DisposeAsync();
    }

    /// <summary>A connection of its own to the primary, past a pooler: for LISTEN, of which a replica and a pooler know nothing.</summary>
    internal ValueTask<NpgsqlConnection> OpenListeningAsync(CancellationToken cancellationToken) =>
        listening.OpenConnectionAsync(TargetSessionAttributes.Primary, cancellationToken);
}
