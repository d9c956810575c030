using System.Diagnostics;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Support.StoreCluster;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Blocks on three daemons that share one PostgreSQL.</summary>
public sealed class SharedBlocksTests : StackTests
{
    private StoreCluster cluster = null!;

    protected override async ValueTask PrepareAsync() => cluster = await StoreCluster.StartAsync(Root);

    [Fact]
    public async Task Block_is_in_force_on_every_node_at_once_stays_over_a_restart_and_is_given_without_a_daemon_too()
    {
        await AtOnceAsync();
        await OverARestartAsync();
        await WithoutADaemonAsync();
    }

    [Fact]
    public async Task Blocks_hold_while_PostgreSQL_is_down_also_over_a_restart_and_those_given_meanwhile_are_merged_the_later_counts()
    {
        await RunAsync(0, "block", Alice);
        await UntilAsync(1, Alice, isBlocked: true);
        await cluster.Primary.KillAsync();
        await cluster.Nodes[1].Log.WaitForAsync("store_away");
        await cluster.Nodes[1].KillAsync();
        long before = cluster.Nodes[1].Log.Length;
        await cluster.Nodes[1].StartAsync();
        Assert.StartsWith("554 5.7.1", await OfferAsync(1, Alice), StringComparison.Ordinal);

        // Given on one, then taken back on another: the later order counts everywhere in the end.
        CommandResult given = await cluster.Nodes[0].RunAsync(["block", Bob, "--reason", "while it was down", "--force"]);
        Assert.Contains("on this node only: the store is away, and the other nodes hear of it when it is back", given.Output, StringComparison.Ordinal);
        CommandResult taken = await cluster.Nodes[1].RunAsync(["unblock", Alice]);
        Assert.True(taken.ExitCode == 0, taken.Error);
        Assert.StartsWith("554 5.7.1", await OfferAsync(0, Bob), StringComparison.Ordinal);

        // This node has only its file: no mailboxes, so that nothing is known of alice but that she is not blocked any more.
        Assert.StartsWith("451 4.3.0", await OfferAsync(1, Alice), StringComparison.Ordinal);
        Assert.StartsWith("554 5.7.1", await OfferAsync(0, Alice), StringComparison.Ordinal);
        await RunAsync(2, "block", Bob, "--action", "defer", "--force");
        Assert.Matches("blocks +store +.*; 1 given or taken back here wait for the store", (await cluster.Nodes[0].RunAsync(["status"])).Output);
        await cluster.Nodes[0].Log.WaitForAsync("blocks_pending orders=1");

        await cluster.Primary.StartAsync();
        for (int node = 0; node < 3; node++)
        {
            await UntilAsync(node, Alice, isBlocked: false);
            await Wait.UntilAsync(async () => (await OfferAsync(node, Bob)).StartsWith("451 4.7.1", StringComparison.Ordinal), "the later order counts");
        }

        await cluster.Nodes[0].Log.WaitForAsync("blocks_merged");
        await cluster.Nodes[1].Log.WaitForAsync("store_back", before);
        Assert.DoesNotContain("on this node only", (await cluster.Nodes[0].RunAsync(["blocks"])).Output, StringComparison.Ordinal);
    }

    private async Task AtOnceAsync()
    {
        List<double> delays = [];
        for (int round = 0; round < 3; round++)
        {
            await RunAsync(0, "block", Alice, "--reason", "stolen password");
            long given = Stopwatch.GetTimestamp();
            await Task.WhenAll(UntilAsync(1, Alice, isBlocked: true), UntilAsync(2, Alice, isBlocked: true));
            delays.Add(Stopwatch.GetElapsedTime(given).TotalMilliseconds);
            await RunAsync(2, "unblock", Alice);
            await Task.WhenAll(UntilAsync(0, Alice, isBlocked: false), UntilAsync(1, Alice, isBlocked: false));
        }

        delays.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"in force on both others: median {delays[1]:0.0} ms, longest {delays[^1]:0.0} ms after the command's answer");
        Assert.True(delays[1] < 500, $"{delays[1]} ms");
    }

    private async Task OverARestartAsync()
    {
        await RunAsync(1, "block", "--domain", "truenorth.local", "--action", "defer");
        await cluster.Nodes[2].KillAsync();
        await cluster.Nodes[2].StartAsync();
        Assert.StartsWith("451 4.7.1", await OfferAsync(2, Bob), StringComparison.Ordinal);
        await RunAsync(2, "unblock", "--domain", "truenorth.local");
    }

    /// <summary>A command's own process reads and orders, but leaves the daemon's files alone.</summary>
    private async Task WithoutADaemonAsync()
    {
        await RunAsync(0, "block", Alice);
        DaemonProcess node = cluster.Nodes[2];
        CommandResult beside = await node.RunAsync(["ask", "--offline", "--login", Alice, "--sender", Alice, "--recipient", "eve@example.org"]);
        Assert.Equal(1, beside.ExitCode);
        await node.StopAsync();
        Dictionary<string, DateTime> files = Files();

        Assert.Equal(1, (await node.RunAsync(["ask", "--login", Alice, "--sender", Alice, "--recipient", "eve@example.org"])).ExitCode);
        await RunAsync(2, "block", Bob);
        await UntilAsync(1, Bob, isBlocked: true);
        await cluster.Primary.StopAsync();
        CommandResult offline = await node.RunAsync(["ask", "--login", Alice, "--sender", Alice, "--recipient", "eve@example.org", "--json"]);
        Assert.Matches("\"check\": \"sendingBlock\"[^}]*?\"verdict\": \"reject\"", offline.Output);
        CommandResult refused = await node.RunAsync(["block", Bob, "--force"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("the store is away", refused.Error, StringComparison.Ordinal);

        Assert.Equal(files, Files());

        Dictionary<string, DateTime> Files() => Directory.EnumerateFiles(Root.PathOf("mx3"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal)).ToDictionary(file => file, File.GetLastWriteTimeUtc);
    }

    private async Task RunAsync(int node, params string[] arguments)
    {
        CommandResult result = await cluster.Nodes[node].RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    private async Task<string> OfferAsync(int node, string login)
    {
        using PolicySession session = await PolicySession.OpenAsync(cluster.Endpoints[node]);
        return await session.OfferAsync(login, "eve@example.org", Guid.NewGuid().ToString("N"));
    }

    private Task UntilAsync(int node, string login, bool isBlocked) => Wait.UntilAsync(
        async () => await OfferAsync(node, login) == "DUNNO" != isBlocked, $"{login} is {(isBlocked ? "" : "not ")}blocked on node {node}");
}
