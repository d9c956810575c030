using System.Diagnostics;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql.Counters;

/// <summary>While the store is away each node spends its share, and what was spent is charged once when it is back.</summary>
public sealed class StoreAwayTests : StackTests
{
    private readonly List<ClusterNode> nodes = [];
    private PostgresServer server = null!;
    private PostgresDatabase database = null!;

    protected override async ValueTask PrepareAsync()
    {
        server = await PostgresServer.StartAsync(Root);
        database = await server.CreateMigratedAsync();
    }

    [Fact]
    public async Task Nodes_pass_what_was_left_and_the_store_has_it_once_when_it_is_back()
    {
        var (one, two, three) = await StartNodesAsync();
        await one.ChargeAsync(140);
        await ReadAsync();

        await server.KillAsync();
        var refused = await Task.WhenAll(nodes.Select(node => node.SpendAsync(most: 100)));
        Assert.Equal([20, 20, 20], refused);
        Assert.Equal(CountOutcome.Exceeded, (await three.Counters.PeekAsync([ClusterNode.Of(1)], TestContext.Current.CancellationToken)).Outcome);

        await server.StartAsync();
        foreach (var node in nodes) await node.WaitUntilAsync(isAway: false);
        Assert.Equal(200, await UsedAsync());
        Assert.Equal(CountOutcome.Exceeded, (await two.ChargeAsync(1)).Outcome);
    }

    [Fact]
    public async Task Nodes_that_lost_the_store_pass_no_more_than_the_limit_and_what_others_charged_since_the_last_reading()
    {
        var (one, two, three) = await StartNodesAsync();
        await one.ChargeAsync(110);
        await ReadAsync();
        var since = await one.SpendAsync(25) + await two.SpendAsync(15);

        await server.KillAsync();
        foreach (var node in nodes) await node.SpendAsync(most: 200);
        var passed = nodes.Sum(node => node.Passed);

        // Each knows its own charges: the first has 25 of its share of 30 spent, the second 15.
        Assert.Equal(110 + 30 + 30 + 30, passed);
        Assert.InRange(passed, 150, 200 + since);
        Assert.NotNull(three);
    }

    [Fact]
    public async Task Reset_counts_for_all_nodes_breaks_no_charge_that_is_under_way_and_is_refused_while_the_store_is_away()
    {
        var (one, two, three) = await StartNodesAsync();
        string[] keys = [ClusterNode.Key];
        await two.ChargeAsync(200);
        Assert.Equal(CountOutcome.Exceeded, (await three.ChargeAsync(1)).Outcome);
        Assert.True(await one.Counters.ResetAsync(keys, TestContext.Current.CancellationToken));
        Assert.Equal(CountOutcome.Fits, (await three.ChargeAsync(200)).Outcome);

        for (var i = 0; i < 50; i++)
        {
            var reset = one.Counters.ResetAsync(keys, TestContext.Current.CancellationToken).AsTask();
            var charges = await Task.WhenAll(nodes.Select(node => node.ChargeAsync(1)));
            Assert.DoesNotContain(charges, answer => answer.Outcome == CountOutcome.Unavailable);
            Assert.True(await reset);
        }

        await server.KillAsync();
        Assert.False(await one.Counters.ResetAsync(keys, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Restart_in_an_outage_neither_renews_the_share_nor_loses_what_was_spent()
    {
        var (one, _, _) = await StartNodesAsync();
        await one.ChargeAsync(110);
        await ReadAsync();
        await server.KillAsync();
        Assert.Equal(12, await one.SpendAsync(most: 12));

        await one.StopAsync();
        await one.StartAsync();
        Assert.True(one.Counters.State.IsAway);
        Assert.Equal(18, await one.SpendAsync(most: 100));

        await server.StartAsync();
        await one.WaitUntilAsync(isAway: false);
        Assert.Equal(140, await UsedAsync());
    }

    [Fact]
    public async Task Charge_without_answer_and_the_same_charge_from_the_share_count_once()
    {
        var (one, _, _) = await StartNodesAsync();
        await one.ChargeAsync(10);
        await ReadAsync();

        // Hung: the server takes the charge after the node has given it up.
        server.Pause();
        await one.ChargeAsync(7);
        await one.WaitUntilAsync(isAway: true);
        Assert.Equal(17, one.Passed);
        server.Resume();

        await one.WaitUntilAsync(isAway: false);
        Assert.Equal(17, await UsedAsync());
    }

    [Fact]
    public async Task Hung_store_costs_those_who_ask_then_its_time_limit_and_nobody_after()
    {
        var (one, _, _) = await StartNodesAsync();
        await one.ChargeAsync(1, limit: 1000);
        await ReadAsync();
        server.Pause();
        await one.ChargeAsync(1, limit: 1000);

        for (var i = 0; i < 100; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await one.Counters.PeekAsync([ClusterNode.Of(1, limit: 1000)], TestContext.Current.CancellationToken);
            Assert.Equal(CountOutcome.Fits, (await one.ChargeAsync(1, limit: 1000)).Outcome);

            // A second is the time limit: however busy the machine, nobody has waited for it.
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(1), $"request {i} took {Stopwatch.GetElapsedTime(begun)}");
        }

        server.Resume();
        await one.WaitUntilAsync(isAway: false);
        Assert.Equal(102, await UsedAsync());
    }

    [Fact]
    public async Task Refund_in_an_outage_reaches_the_store_when_it_is_back()
    {
        var (one, _, _) = await StartNodesAsync();
        await one.Counters.ChargeAsync("before", [ClusterNode.Of(30)], TestContext.Current.CancellationToken);
        await ReadAsync();
        await server.KillAsync();
        await one.Counters.ChargeAsync("away", [ClusterNode.Of(5)], TestContext.Current.CancellationToken);
        await one.Counters.ChargeAsync("kept", [ClusterNode.Of(3)], TestContext.Current.CancellationToken);
        foreach (var id in new[] { "before", "away" }) await one.Counters.RefundAsync(id, TestContext.Current.CancellationToken);

        await server.StartAsync();
        await one.WaitUntilAsync(isAway: false);
        Assert.Equal(3, await UsedAsync());
    }

    [Fact]
    public async Task Charges_that_a_promoted_replica_has_not_are_given_to_it()
    {
        var replica = await server.StartReplicaAsync();
        var (one, two, _) = await StartNodesAsync(replica);
        await one.SpendAsync(20);
        await server.WaitUntilReplicatedAsync(replica);

        // Asynchronous: what comes now is acknowledged, and lost with the primary.
        replica.Pause();
        await one.SpendAsync(30);
        await two.SpendAsync(40);
        Assert.Equal(90, await UsedAsync());
        await server.KillAsync();
        replica.Resume();
        await replica.PromoteAsync();
        foreach (var node in nodes)
        {
            await node.ChargeAsync(1);
            await node.WaitUntilAsync(isAway: false);
        }

        await Task.WhenAll(nodes.Select(node => node.SpendAsync(most: 200)));
        Assert.Equal(200, nodes.Sum(node => node.Passed));
        Assert.Equal(200, await replica.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = '{ClusterNode.Key}'", database.Name));
    }

    [Fact]
    public async Task Failover_to_a_synchronous_replica_under_load_loses_nothing_and_counts_nothing_twice()
    {
        var replica = await server.StartReplicaAsync();
        await server.SetSynchronousAsync(replica.Name);
        await StartNodesAsync(replica);
        var spending = nodes.Select(node => Task.Run(() => node.SpendAsync(most: 1_000_000, limit: 6_000))).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(700), TestContext.Current.CancellationToken);
        await server.KillAsync();
        await replica.PromoteAsync();
        await Task.WhenAll(spending);
        foreach (var node in nodes) await node.WaitUntilAsync(isAway: false);
        await Task.WhenAll(nodes.Select(node => node.SpendAsync(most: 1_000_000, limit: 6_000)));

        Assert.Equal(6_000, nodes.Sum(node => node.Passed));
        Assert.Equal(6_000, await replica.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = '{ClusterNode.Key}'", database.Name));
    }

    private async Task<(ClusterNode One, ClusterNode Two, ClusterNode Three)> StartNodesAsync(PostgresServer? replica = null)
    {
        var connection = PostgresSetup.OptionsOf(database).ConnectionString;
        if (replica is not null)
            connection = connection.Replace($"Host={server.Endpoint.Address};Port={server.Endpoint.Port}", $"Host={server.Endpoint},{replica.Endpoint}", StringComparison.Ordinal);
        foreach (var name in new[] { "mx1", "mx2", "mx3" })
        {
            nodes.Add(new ClusterNode(connection, name, Root.PathOf("charges")));
            await nodes[^1].StartAsync();
        }

        return (nodes[0], nodes[1], nodes[2]);
    }

    private async Task ReadAsync()
    {
        foreach (var node in nodes) await node.Counters.TakeReadingAsync(TestContext.Current.CancellationToken);
    }

    private Task<long> UsedAsync() => database.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = '{ClusterNode.Key}'");

    protected override async ValueTask ReleaseAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
    }
}
