using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>A database with the counters, and the nodes that count in it in the daemon's role.</summary>
internal sealed class CounterDatabase : IAsyncDisposable
{
    /// <summary>The store's clock stands until it is told to go on.</summary>
    private const string ManualClock = """
        CREATE TABLE public.clock (us bigint NOT NULL);
        INSERT INTO public.clock VALUES (1790000000123456);
        GRANT SELECT ON public.clock TO PUBLIC;
        CREATE OR REPLACE FUNCTION policydaemon.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT us FROM public.clock';
        """;

    private readonly List<IAsyncDisposable> opened = [];
    private readonly NpgsqlDataSource administrator;

    private CounterDatabase(PostgresDatabase database)
    {
        Database = database;
        administrator = NpgsqlDataSource.Create(database.SuperuserConnectionString.Replace("Pooling=false;", "", StringComparison.Ordinal));
        opened.Add(administrator);
    }

    public PostgresDatabase Database { get; }

    public static async Task<CounterDatabase> CreateAsync(PostgresServer server, bool hasManualClock = false)
    {
        var made = new CounterDatabase(await server.CreateMigratedAsync());
        if (hasManualClock) await made.ExecuteAsync(ManualClock);
        return made;
    }

    public async Task<PostgresCounters> OpenAsync(string node)
    {
        var source = new PostgresSource(PostgresSetup.OptionsOf(Database), TimeProvider.System);
        var counters = new PostgresCounters(source.Primary, node, TimeProvider.System);
        opened.Add(source);
        opened.Add(counters);
        await counters.StartAsync(CancellationToken.None);
        return counters;
    }

    /// <summary>Ends with the database.</summary>
    public void Own(IAsyncDisposable made) => opened.Add(made);

    public Task SetClockAsync(long microseconds) => ExecuteAsync($"UPDATE public.clock SET us = {microseconds}");

    public async Task ExecuteAsync(string statements)
    {
        await using var command = administrator.CreateCommand(statements);
        await command.ExecuteNonQueryAsync();
    }

    public Task<long> UsedAsync(string key) => Database.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = '{key}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }
}
