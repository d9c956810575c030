using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Support.StoreCluster;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Limits, containment and reloads on three daemons that share one PostgreSQL.</summary>
public sealed class SharedLimitsTests : StackTests
{
    private StoreCluster cluster = null!;

    protected override async ValueTask PrepareAsync() => cluster = await StoreCluster.StartAsync(Root, hasReplica: true, configuration => configuration["containment"] = Containment());

    [Fact]
    public async Task Limits_containment_and_a_failover_are_those_of_all_nodes_together()
    {
        await CountedTogetherAsync();
        await ContainedOnAllAsync();
        await ThroughAFailoverAsync();
    }

    private async Task CountedTogetherAsync()
    {
        Assert.Equal("DUNNO", await FinishAsync(0, 120));
        Assert.Equal("DUNNO", await FinishAsync(1, 60));
        Assert.Equal("DUNNO", await FinishAsync(2, 20, instance: "once"));
        Assert.Equal("DUNNO", await FinishAsync(2, 20, instance: "once"));
        Assert.StartsWith("450 4.7.1 Sending limit exceeded, try again in", await FinishAsync(0, 1), StringComparison.Ordinal);
        Assert.Matches($"login-hour/login:{Alice} +200 +200 +recipients", await ShowAsync(1));

        CommandResult reset = await cluster.Nodes[2].RunAsync(["limits", "reset", "--login", Alice]);
        Assert.True(reset.ExitCode == 0, reset.Error);
        Assert.Equal("DUNNO", await FinishAsync(0, 150));
    }

    private async Task ContainedOnAllAsync()
    {
        foreach (int recipients in (int[])[200, 1, 1, 1]) await FinishAsync(0, recipients, Bob);
        string contained = await cluster.Nodes[0].Log.WaitForAsync("contained rule=burst");
        Assert.Contains("kept=yes", contained, StringComparison.Ordinal);
        for (int node = 0; node < 3; node++)
        {
            await Wait.UntilAsync(async () => (await FinishAsync(node, 1, Bob)).StartsWith("554 5.7.1", StringComparison.Ordinal), $"node {node} blocks");
        }

        JsonObject changed = cluster.ConfigurationOf("mx2");
        changed["limits"]![0]!["limit"] = 300;
        changed["cluster"]!["nodes"] = 5;
        long before = cluster.Nodes[1].Log.Length;
        cluster.Nodes[1].Reload(changed.ToJsonString());
        await cluster.Nodes[1].Log.WaitForAsync("configuration_reloaded", before);
        string warning = await cluster.Nodes[1].Log.WaitForAsync("configuration_warning", before);

        Assert.Contains("cluster has changed: in force after a restart", warning, StringComparison.Ordinal);
        Assert.Equal(0, (await cluster.Nodes[1].RunAsync(["unblock", Bob])).ExitCode);
        Assert.Equal("DUNNO", await FinishAsync(1, 100, Bob));
        Assert.Matches("source +store +up", (await cluster.Nodes[1].RunAsync(["status"])).Output);
    }

    /// <summary>Killed and promoted: the nodes find the new primary by themselves, with all that was counted.</summary>
    private async Task ThroughAFailoverAsync()
    {
        await cluster.Primary.SetSynchronousAsync(cluster.Replica!.Name);
        Assert.Equal("DUNNO", await FinishAsync(1, 10));
        await cluster.Primary.KillAsync();
        await cluster.Replica.PromoteAsync();
        await Wait.UntilAsync(
            async () => (await Task.WhenAll(cluster.Nodes.Select(node => node.RunAsync(["status"])))).All(status => status.ExitCode == 0), "all nodes count there again");
        Assert.Matches($"login-hour/login:{Alice} +160 +200 +recipients", await ShowAsync(2));
        Assert.StartsWith("450 4.7.1", await FinishAsync(2, 41), StringComparison.Ordinal);
        Assert.Equal("DUNNO", await FinishAsync(0, 40));
        Assert.StartsWith("450 4.7.1", await FinishAsync(2, 1), StringComparison.Ordinal);
    }

    private static JsonArray Containment() =>
        [new JsonObject { ["name"] = "burst", ["on"] = "limitRefusals", ["count"] = 3, ["within"] = "10m", ["block"] = "4h" }];

    private async Task<string> FinishAsync(int node, long recipients, string login = Alice, string? instance = null)
    {
        using PolicySession session = await PolicySession.OpenAsync(cluster.Endpoints[node]);
        return await session.FinishAsync(login, instance ?? Guid.NewGuid().ToString("N"), recipients);
    }

    private async Task<string> ShowAsync(int node) => (await cluster.Nodes[node].RunAsync(["limits", "show", "--login", Alice])).Output;
}
