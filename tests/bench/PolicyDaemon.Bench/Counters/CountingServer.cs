using PolicyDaemon.Bench.Measuring;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.Bench.Counters;

/// <summary>A private PostgreSQL with the daemon's tables, granted to its role, and counters that are as full as they get.</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private const string Role = "policydaemon";
    private const string Password = "bench";

    /// <summary>As a server that has some memory, and that must survive a power cut; only whether it waits for the disk differs.</summary>
    private const string Settings = "shared_buffers = 256MB\nfull_page_writes = on\nmax_wal_size = 4GB\nautovacuum_naptime = 10s\n";

    private const string BareTable = """
        CREATE TABLE bare (key text COLLATE "C" PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 70);
        GRANT SELECT, INSERT, UPDATE ON bare TO policydaemon;
        """;

    /// <summary>A row with the newest slice and 59 older ones with a unit each.</summary>
    private const string Fill = """
        INSERT INTO policydaemon.counters
        SELECT k.key, k.length, t.newest, 1, 60, (t.newest / k.length + 1) * k.length, 1000000000, false,
            (SELECT array_agg(v ORDER BY i, n) FROM generate_series(1, 59) AS i, LATERAL (VALUES (1, t.newest - (60 - i) * k.length), (2, 1)) AS s(n, v))
        FROM unnest(@keys, @lengths) AS k(key, length),
        LATERAL (SELECT (policydaemon.now_us() / k.length + 1) * k.length - 1 AS newest) AS t
        """;

    private readonly PostgresServer server;
    private readonly PostgresDatabase database;

    private CountingServer(PostgresServer server, PostgresDatabase database) => (this.server, this.database) = (server, database);

    public PostgresOptions Daemon => new() { ConnectionString = $"{database.ConnectionStringOf(Role)};Password={Password}" };

    /// <summary>Of the server's processes, those that have ended included.</summary>
    public TimeSpan Cpu => ProcessFamily.CpuOf(server.ProcessId);

    public static async Task<CountingServer> StartAsync(MailStackRoot root, bool hasFsync)
    {
        var name = hasFsync ? "fsync" : "nofsync";
        var started = await PostgresServer.StartAsync(root, new() { Name = name, Settings = $"{Settings}fsync = {(hasFsync ? "on" : "off")}\n" });
        await started.CreateRoleAsync(Role, Password);
        CountingServer made = new(started, await started.CreateDatabaseAsync());
        PostgresOptions administrator = new() { ConnectionString = made.database.SuperuserConnectionString };
        await using PostgresMigrator migrator = new(administrator);
        await migrator.ApplyAsync(CancellationToken.None);
        await migrator.GrantAsync(Role, CancellationToken.None);
        await made.database.ExecuteAsync(BareTable);
        return made;
    }

    public Task<string?> VersionAsync() => server.QueryAsync<string>("SELECT current_setting('server_version')");

    /// <summary>Makes the rows of these keys, with all their slices in use.</summary>
    /// <param name="keys">Key and length of a slice in microseconds.</param>
    public async Task FillAsync(IReadOnlyCollection<(string Key, long Length)> keys)
    {
        await using NpgsqlConnection connection = new(database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(Fill, connection);
        command.Parameters.AddWithValue("keys", keys.Select(key => key.Key).ToArray());
        command.Parameters.AddWithValue("lengths", keys.Select(key => key.Length).ToArray());
        await command.ExecuteNonQueryAsync();
        await database.ExecuteAsync("VACUUM ANALYZE policydaemon.counters");
        await database.ExecuteAsync("CHECKPOINT");
    }

    /// <summary>From now on the server cleans up no more by itself: what it uses is used for who asks.</summary>
    public async Task StopVacuumAsync()
    {
        await server.ExecuteAsync("ALTER SYSTEM SET autovacuum = off");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
    }

    /// <summary>So many keys are above half of their limit, the others are not.</summary>
    public async Task MarkHighAsync(int keys)
    {
        await database.ExecuteAsync("UPDATE policydaemon.counters SET is_high = false, amount = 1000000000 WHERE is_high");
        await database.ExecuteAsync(FormattableString.Invariant(
            $"UPDATE policydaemon.counters SET is_high = true, amount = used WHERE key IN (SELECT key FROM policydaemon.counters LIMIT {keys})"));
        await database.ExecuteAsync("VACUUM ANALYZE policydaemon.counters");
    }

    /// <summary>Whoever made the root ends what is left.</summary>
    public async ValueTask DisposeAsync() => await server.StopAsync();
}
