using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

public sealed class CounterSweepTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const long Beginning = 1_790_000_000_000_000;

    [Fact]
    public async Task What_counts_no_more_is_deleted_and_what_counts_stays()
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        await using var source = new PostgresSource(PostgresSetup.OptionsOf(database.Database), TimeProvider.System);
        var node = await database.OpenAsync("node");
        var sweep = new CounterSweep(new CounterStore(source.Primary, "node"));
        await Task.WhenAll(Enumerable.Range(0, 2500).Select(async i =>
            await node.ChargeAsync($"{i}", [new Charge($"{i}", 1, 5, TimeSpan.FromMinutes(i % 5 == 0 ? 60 : 1))], TestContext.Current.CancellationToken)));

        await SweepAsync(Beginning + 59_000_000);
        Assert.Equal((2500, 2500), await CountAsync());
        await SweepAsync(Beginning + 125_000_000);
        Assert.Equal((500, 2500), await CountAsync());
        await SweepAsync(Beginning + (19L * 60_000_000));
        Assert.Equal((500, 2500), await CountAsync());
        await SweepAsync(Beginning + (45L * 60_000_000));
        Assert.Equal((500, 0), await CountAsync());
        await SweepAsync(Beginning + (62L * 60_000_000));
        Assert.Equal((0, 0), await CountAsync());

        async Task SweepAsync(long now)
        {
            await database.SetClockAsync(now);
            for (var step = 0; step < 4; step++) await sweep.StepAsync(TestContext.Current.CancellationToken);
        }

        async Task<(long Counters, long Charges)> CountAsync() => (
            await database.Database.QueryAsync<long>("SELECT count(*) FROM policydaemon.counters"),
            await database.Database.QueryAsync<long>("SELECT count(*) FROM policydaemon.charges"));
    }

    [Fact]
    public async Task Clock_that_is_set_back_forgets_nothing_and_blocks_nobody_for_longer_than_a_window()
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        var node = await database.OpenAsync("node");
        var charge = new Charge("key", 1, 1, TimeSpan.FromMinutes(1));
        await database.SetClockAsync(Beginning + 400L * 86_400_000_000);
        await node.ChargeAsync("future", [charge], TestContext.Current.CancellationToken);

        await database.SetClockAsync(Beginning);
        Assert.Equal(CountOutcome.Exceeded, (await node.ChargeAsync("now", [charge], TestContext.Current.CancellationToken)).Outcome);
        await database.SetClockAsync(Beginning + 62_000_000);
        Assert.Equal(CountOutcome.Fits, (await node.ChargeAsync("later", [charge], TestContext.Current.CancellationToken)).Outcome);
    }
}
