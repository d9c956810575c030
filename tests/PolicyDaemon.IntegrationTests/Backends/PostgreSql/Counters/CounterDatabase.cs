using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>A database with the counters, and the nodes that count in it.</summary>
internal sealed class CounterDatabase(PostgresDatabase database, string connectionString) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> opened = [];

    public PostgresDatabase Database => database;

    public static async Task<CounterDatabase> CreateAsync(PostgresServer server, bool hasManualClock = false)
    {
        var database = await server.CreateDatabaseAsync(hasManualClock ? "counters with manual clock" : "counters", async made =>
        {
            await using var migrator = new PostgresMigrator(new() { ConnectionString = made.SuperuserConnectionString });
            await migrator.ApplyAsync(CancellationToken.None);
            if (hasManualClock) await made.ExecuteAsync(ManualClock);
        });
        return new(database, database.SuperuserConnectionString.Replace("Pooling=false;", "", StringComparison.Ordinal));
    }

    /// <summary>The store's clock stands until it is told to go on.</summary>
    private const string ManualClock = """
        CREATE TABLE public.clock (us bigint NOT NULL);
        INSERT INTO public.clock VALUES (1790000000123456);
        CREATE OR REPLACE FUNCTION policydaemon.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT us FROM public.clock';
        """;

    public async Task<PostgresCounters> OpenAsync(string node)
    {
        var source = new PostgresSource(new() { ConnectionString = connectionString }, TimeProvider.System);
        var counters = new PostgresCounters(source.Primary, node, TimeProvider.System);
        opened.Add(source);
        opened.Add(counters);
        await counters.StartAsync(CancellationToken.None);
        return counters;
    }

    public Task SetClockAsync(long microseconds) => database.ExecuteAsync($"UPDATE public.clock SET us = {microseconds}");

    public Task<long> UsedAsync(string key) => database.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = '{key}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }
}
