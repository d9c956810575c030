using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The connections to PostgreSQL that directory, blocks and limits share.</summary>
public sealed class PostgresSource : IAsyncDisposable
{
    private readonly PostgresPool pool;
    private readonly PostgresPool listening;

    /// <param name="onChange">Told when the servers go away and when they are back, on no particular thread.</param>
    public PostgresSource(PostgresOptions options, TimeProvider time, Action<PostgresState>? onChange = null)
    {
        Time = time;
        var tell = onChange ?? (static _ => { });
        Options = options;
        pool = new PostgresPool(() => PostgresConnection.Build(options));
        listening = new PostgresPool(() => PostgresConnection.BuildUnpooled(options.ListenConnectionString ?? options.ConnectionString, options));
        Primary = new PostgresHosts("primary", pool, TargetSessionAttributes.Primary, options.Timeout, time, tell);
        Any = new PostgresHosts("any", pool, TargetSessionAttributes.PreferPrimary, options.Timeout, time, tell);
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
    internal async Task<NpgsqlConnection> OpenListeningAsync(CancellationToken cancellationToken)
    {
        var servers = listening.Current;
        try
        {
            return await servers.OpenConnectionAsync(TargetSessionAttributes.Primary, cancellationToken);
        }
        catch (NpgsqlException)
        {
            listening.Renew(servers);
            throw;
        }
    }
}
