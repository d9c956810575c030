using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Two nodes, a primary and its synchronous replica, which takes over.</summary>
public sealed class PostgresBlocksFailoverTests : StackTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_stay_through_a_failover_and_those_given_meanwhile_reach_every_node()
    {
        PostgresServer primary = await PostgresServer.StartAsync(Root);
        PostgresDatabase database = await primary.CreateMigratedAsync();
        PostgresServer replica = await primary.StartReplicaAsync();
        await primary.SetSynchronousAsync(replica.Name);
        await using BlocksNode one = await OpenAsync("one");
        await using BlocksNode two = await OpenAsync("two");
        await Wait.UntilAsync(() => one.Blocks.Status.IsLive && two.Blocks.Status.IsLive, "both nodes hear of changes");
        await one.Blocks.AddAsync(NewBlock("before"), Token);
        await UntilBlockedAsync(two, "before");

        await primary.KillAsync();
        await one.Blocks.AddAsync(NewBlock("meanwhile"), Token);
        Assert.NotNull(await one.FindAsync(new(BlockScope.Login, "before")));
        Assert.NotNull(await one.FindAsync(new(BlockScope.Login, "meanwhile")));
        Assert.Equal(1, one.Blocks.Status.Pending);
        await replica.PromoteAsync();

        await UntilBlockedAsync(two, "meanwhile");
        await two.Blocks.AddAsync(NewBlock("after"), Token);
        await UntilBlockedAsync(one, "after");
        Assert.NotNull(await two.FindAsync(new(BlockScope.Login, "before")));
        Assert.Equal(0, one.Blocks.Status.Pending + two.Blocks.Status.Pending);

        Task<BlocksNode> OpenAsync(string name) =>
            BlocksNode.OpenAsync(PostgresSetup.OptionsOf(database, primary.Endpoint, replica.Endpoint), Root.PathOf($"{name}.json"));
    }

    private static Task UntilBlockedAsync(BlocksNode node, string login) =>
        Wait.UntilAsync(async () => await node.FindAsync(new(BlockScope.Login, login)) is not null, $"{login} is blocked");

    private static Block NewBlock(string login) => new()
    {
        Subject = new(BlockScope.Login, login), Action = BlockAction.Reject, Reason = "spam", Author = "root", CreatedAt = TimeProvider.System.GetUtcNow(),
    };
}
