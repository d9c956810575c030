using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>What every store of counters must do, with a clock of the store that is moved by hand.</summary>
public sealed class PostgresCountersContractTests(SharedPostgres postgres) : CountersContract, IClassFixture<SharedPostgres>
{
    private const long Beginning = 1_790_000_000_123_456;

    private CounterDatabase? database;
    private TimeSpan advanced;

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return database?.DisposeAsync() ?? default;
    }

    protected override async ValueTask<ICounters> OpenAsync()
    {
        database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        return await database.OpenAsync("node");
    }

    protected override async ValueTask AdvanceAsync(TimeSpan by)
    {
        advanced += by;
        await database!.SetClockAsync(Beginning + (advanced.Ticks / TimeSpan.TicksPerMicrosecond));
    }
}
