using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>What every store of counters must do, with a clock of the store that is moved by hand.</summary>
public class PostgresCountersContractTests(SharedPostgres postgres) : CountersContract, IClassFixture<SharedPostgres>
{
    private const long Beginning = 1_790_000_000_123_456;

    private CounterDatabase? database;
    private TimeSpan advanced;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (database is not null) await database.DisposeAsync();
    }

    protected SharedPostgres Postgres => postgres;

    protected override async ValueTask<ICounters> OpenAsync()
    {
        database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        return await OpenAsync(database);
    }

    private protected virtual async Task<ICounters> OpenAsync(CounterDatabase made) => await made.OpenAsync("node");

    protected override async ValueTask AdvanceAsync(TimeSpan by)
    {
        advanced += by;
        await database!.SetClockAsync(Beginning + (advanced.Ticks / TimeSpan.TicksPerMicrosecond));
    }
}

/// <summary>The same with a journal, as the daemon counts.</summary>
public sealed class ClusterCountersContractTests(SharedPostgres postgres) : PostgresCountersContractTests(postgres)
{
    private protected override async Task<ICounters> OpenAsync(CounterDatabase made)
    {
        var source = new PostgresSource(PostgresSetup.OptionsOf(made.Database), TimeProvider.System);
        var counters = new ClusterCounters(
            source.Primary, "node", nodes: 3, new() { Directory = Postgres.Root.PathOf(made.Database.Name) }, TimeProvider.System, Assert.Fail, Assert.Fail);
        made.Own(source);
        made.Own(counters);
        await counters.StartAsync(TestContext.Current.CancellationToken);
        return counters;
    }
}

/// <summary>The same through a pooler that gives a connection for one transaction at a time.</summary>
public sealed class PooledCountersContractTests(PooledPostgres postgres) : PostgresCountersContractTests(postgres), IClassFixture<PooledPostgres>
{
    private protected override async Task<ICounters> OpenAsync(CounterDatabase made)
    {
        var direct = PostgresSetup.OptionsOf(made.Database);
        var server = postgres.Server.Endpoint;
        var source = new PostgresSource(
            direct with
            {
                IsPooled = true,
                ConnectionString = direct.ConnectionString.Replace(
                    $"Host={server.Address};Port={server.Port}", $"Host={postgres.Pooler.Endpoint.Address};Port={postgres.Pooler.Endpoint.Port}", StringComparison.Ordinal),
            },
            TimeProvider.System);
        var counters = new PostgresCounters(source.Primary, "node", TimeProvider.System);
        made.Own(source);
        made.Own(counters);
        await counters.StartAsync(TestContext.Current.CancellationToken);
        return counters;
    }
}

public sealed class PooledPostgres : SharedPostgres, IAsyncLifetime
{
    public PgBouncer Pooler { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        Pooler = await PgBouncer.StartAsync(Root, Server, new Dictionary<string, string>(StringComparer.Ordinal) { [PostgresSetup.Role] = "daemon-pw" });
    }
}

/// <summary>The same with PostgreSQL 17.</summary>
public sealed class Postgres17CountersContractTests(Postgres17 postgres) : PostgresCountersContractTests(postgres), IClassFixture<Postgres17>;

public sealed class Postgres17 : SharedPostgres
{
    protected override Task<DebianSystem> FindSystemAsync() => DebianSystem.GetTrixieAsync();
}
