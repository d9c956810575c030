using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Scripts for miltertest(8), which speaks the protocol by an implementation that is neither Postfix's nor ours.</summary>
public sealed class MiltertestTests : StackTests
{
    private static readonly string Scripts = Checkout.PathOf("tests", "PolicyDaemon.IntegrationTests", "Miltertest");

    private MilterDaemon daemon = null!;

    protected override async ValueTask PrepareAsync()
    {
        daemon = await MilterDaemon.StartAsync(Root);
        (await daemon.Process.RunAsync(["block", "alice@truenorth.local", "--action", "hold"])).EnsureSuccess();
    }

    [Fact]
    public async Task Every_script_has_the_replies_and_edits_that_it_expects()
    {
        string[] scripts = [.. Directory.GetFiles(Scripts, "*.lua").Where(path => Path.GetFileName(path) != "common.lua").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(scripts);
        foreach (string script in scripts)
        {
            CommandResult result = await Command.RunAsync("miltertest", ["-s", script, "-D", $"socket=unix:{daemon.Endpoint}", "-D", $"directory={Scripts}"]);
            Assert.True(result.ExitCode == 0, $"{Path.GetFileName(script)}: {result.Output}{result.Error}");
        }

        await daemon.Process.Log.WaitForAsync("check=header_from reason=header_from_not_owned stage=END-OF-MESSAGE code=553");
        Assert.DoesNotContain("peer_malformed", daemon.Process.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("session_fault", daemon.Process.Log.ReadFrom(), StringComparison.Ordinal);
    }
}
