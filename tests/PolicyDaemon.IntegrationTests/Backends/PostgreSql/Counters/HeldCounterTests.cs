using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>
/// Another node's charge of the same key is not committed yet: what is asked meanwhile waits for it, and counts with it. Load finds the same
/// only when two nodes meet at the last unit.
/// </summary>
public sealed class HeldCounterTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const string Node = "mx1";

    private static readonly Charge One = new("key", 1, 2, TimeSpan.FromHours(1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Charge_sees_what_the_other_node_has_charged()
    {
        (CountAnswer answer, long used) = await RunBesideAsync((node, _) => node.ChargeAsync("second", [One], Token).AsTask());

        Assert.Equal((CountOutcome.Exceeded, 2), (answer.Outcome, used));
    }

    [Fact]
    public async Task Charge_from_an_outage_is_added_to_what_the_other_node_has_charged()
    {
        (long? missing, long used) = await RunBesideAsync(
            (_, store) => store.RecordAsync(0, 1, [new CountMessage(ChargeId.Of(Node, "late"), [One])], [TimeSpan.Zero], Token));

        Assert.Equal((null, 3), (missing, used));
    }

    [Fact]
    public async Task Charge_that_is_given_back_takes_nothing_of_what_the_other_node_has_charged()
    {
        (long? missing, long used) = await RunBesideAsync((_, store) => store.RefundAsync(0, 1, [ChargeId.Of(Node, "first")], Token));

        Assert.Equal((null, 1), (missing, used));
    }

    /// <summary>One of two is used, by the charge "first"; the other node's transaction uses the second and ends when <paramref name="ask"/> waits.</summary>
    private async Task<(T Answer, long Used)> RunBesideAsync<T>(Func<PostgresCounters, CounterStore, Task<T>> ask)
    {
        await using var database = await CounterDatabase.CreateAsync(postgres.Server, hasManualClock: true);
        await using var source = new PostgresSource(PostgresSetup.OptionsOf(database.Database), TimeProvider.System);
        var node = await database.OpenAsync(Node);
        Assert.Equal(CountOutcome.Fits, (await node.ChargeAsync("first", [One], Token)).Outcome);

        await using var other = NpgsqlDataSource.Create(database.Database.SuperuserConnectionString);
        await using var connection = await other.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var charge = new NpgsqlCommand("UPDATE policydaemon.counters SET units = units + 1, used = used + 1", connection, transaction))
            Assert.Equal(1, await charge.ExecuteNonQueryAsync(Token));
        var asked = ask(node, new CounterStore(source.Primary, Node));
        await Wait.UntilAsync(
            () => database.Database.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"),
            "it waits for the other node");
        await transaction.CommitAsync(Token);

        return (await asked, await database.UsedAsync(One.Key));
    }
}
