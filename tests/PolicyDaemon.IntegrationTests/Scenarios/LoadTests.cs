using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.Bench;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Far more smtpd processes than a machine has, all at once, on the embedded directory.</summary>
public sealed class LoadTests : StackTests
{
    private const int Connections = 1000;
    private const long Requests = 200_000;

    /// <summary>What the heap may still grow in the second half; a leak of 256 octets for each request would be more.</summary>
    private const long MaxGrowthBytes = 20 << 20;

    /// <summary>What comes and goes beside the connections: a file of the database, a pipe of the runtime.</summary>
    private const int DescriptorPlay = 16;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private DaemonProcess daemon = null!;

    private UnixDomainSocketEndPoint Endpoint => new(Root.PathOf("policydaemon", "policy.sock"));

    protected override async ValueTask PrepareAsync()
    {
        JsonObject configuration = new()
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Endpoint}"),
                ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = Root.PathOf("policydaemon", "policydaemon.db") } },
        };
        daemon = await DaemonProcess.StartAsync(Root, configuration.ToJsonString());
        (await daemon.RunAsync(["domain", "add", Domain])).EnsureSuccess();
        foreach (string login in (string[])["alice", "bob"])
            (await daemon.RunAsync(["account", "add", AddressOf(login)], $"{PasswordOf(login)}\n")).EnsureSuccess();
    }

    [Fact]
    public async Task Thousand_connections_ask_without_an_error_in_flat_memory_and_end_with_the_daemon()
    {
        HoldReport report = await new HoldOpen(Endpoint, Connections, Requests).RunAsync(daemon.Id);
        Tell(report);

        Assert.Empty(report.Errors);
        Assert.Equal((Connections, Requests), (report.Connections, report.Answered));
        AssertFlat(report.Samples[report.Samples.Count / 2], report.Samples[^1]);
        Assert.DoesNotContain(" error ", daemon.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.Empty((await new HoldOpen(Endpoint, 1, 1).RunAsync(null)).Errors);
        await AssertEndsWithIdleConnectionsAsync();
    }

    private static void Tell(HoldReport report)
    {
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{report.Answered / report.Elapsed.TotalSeconds:F0} requests/s over {report.Connections} connections");
        foreach (ServerUse use in report.Samples)
            output.WriteLine($"{use.ResidentBytes >> 20} MiB, {use.Descriptors} descriptors, {use.Cpu.TotalSeconds:F2} s CPU");
    }

    private static void AssertFlat(ServerUse middle, ServerUse end)
    {
        Assert.InRange(end.ResidentBytes, 0, middle.ResidentBytes + MaxGrowthBytes);
        Assert.InRange(end.Descriptors, middle.Descriptors - DescriptorPlay, middle.Descriptors + DescriptorPlay);
    }

    private async Task AssertEndsWithIdleConnectionsAsync()
    {
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                idle.Add(new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
                await idle[^1].ConnectAsync(Endpoint);
            }

            await Wait.UntilAsync(() => ServerUse.Of(daemon.Id).Descriptors > Connections, "the daemon has accepted them all");
            Stopwatch ending = Stopwatch.StartNew();
            await daemon.StopAsync();

            Assert.Equal(0, daemon.ExitCode);
            Assert.InRange(ending.Elapsed, TimeSpan.Zero, EndLimit);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }
}
