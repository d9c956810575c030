using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.Bench;
using PolicyDaemon.Bench.Milter;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A thousand SMTP sessions at once, thousands of messages over them; <c>make soak</c> sends a hundred thousand.</summary>
public sealed class MilterLoadTests : StackTests
{
    private const int Connections = 1000;

    /// <summary>What the process may still grow in the second half; a leak of a kilobyte for each message of the soak would be more.</summary>
    private const long MaxGrowthBytes = 40 << 20;

    private static readonly long Messages =
        long.Parse(Environment.GetEnvironmentVariable("POLICYDAEMON_SOAK_MESSAGES") ?? "5000", CultureInfo.InvariantCulture);

    private MilterDaemon daemon = null!;

    protected override async ValueTask PrepareAsync() => daemon = await MilterDaemon.StartAsync(Root, configuration =>
    {
        configuration["limits"] = new JsonArray(new JsonObject
        {
            ["name"] = "all", ["key"] = "everyone", ["unit"] = "messages", ["limit"] = 10_000_000, ["per"] = "24h",
        });
        configuration["log"] = new JsonObject { ["level"] = "warning" };
    });

    [Fact]
    public async Task Thousand_sessions_send_without_an_error_in_flat_memory_and_each_message_is_charged_once()
    {
        HoldReport report = await new MilterLoad(daemon.Endpoint, Connections, Messages).RunAsync(daemon.Process.Id);
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{report.Answered / report.Elapsed.TotalSeconds:F0} messages/s over {report.Connections} sessions");
        foreach (ServerUse use in report.Samples)
            output.WriteLine($"{use.ResidentBytes >> 20} MiB, {use.Descriptors} descriptors, {use.Cpu.TotalSeconds:F2} s CPU");

        Assert.Empty(report.Errors);
        Assert.Equal((Connections, Messages), (report.Connections, report.Answered));
        Assert.Equal(Messages, await ReadUseAsync());
        Assert.InRange(report.Samples[^1].ResidentBytes, 0, report.Samples[report.Samples.Count / 2].ResidentBytes + MaxGrowthBytes);
        Assert.DoesNotContain(" error ", daemon.Process.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("peer_malformed", daemon.Process.Log.ReadFrom(), StringComparison.Ordinal);
        await Wait.UntilAsync(() => ServerUse.Of(daemon.Process.Id).Descriptors < Connections, "the connections are closed");
    }

    private async Task<long> ReadUseAsync()
    {
        CommandResult shown = await daemon.Process.RunAsync(["limits", "show", "all/everyone", "--json"]);
        using JsonDocument json = JsonDocument.Parse(shown.EnsureSuccess().Output);
        return Assert.Single(json.RootElement.GetProperty("limits").EnumerateArray()).GetProperty("used").GetInt64();
    }
}
