using PolicyDaemon.Cli;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class LookupCommandTests : IDisposable
{
    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Account_is_shown_with_rights_sources_and_block()
    {
        run.Daemon.Directory.AliceSends = SendAllowed.False;
        await run.RunAsync("block alice --reason \"stolen password\"");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("lookup account Alice@TrueNorth.local"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/lookup-account.txt", run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Block_that_was_forced_on_the_main_address_is_shown_because_the_check_heeds_it()
    {
        run.Daemon.Directory.IsDown = true;
        await run.RunAsync("block alice@truenorth.local --force --reason hurry");
        run.Daemon.Directory.IsDown = false;

        await run.RunAsync("lookup account alice");

        Assert.Contains("hurry", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_is_followed_to_the_accounts_behind_it()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("lookup address team+x@truenorth.local"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/lookup-address.txt", run.Output);
    }

    [Theory]
    [InlineData("lookup account nobody", ExitStatus.No, "account nobody  not found")]
    [InlineData("lookup address nobody@truenorth.local", ExitStatus.No, "address nobody@truenorth.local  not found\n  domain  ours")]
    [InlineData("lookup address @truenorth.local", ExitStatus.No, "address @truenorth.local  not found")]
    [InlineData("lookup domain TRUENORTH.local.", ExitStatus.Yes, "domain truenorth.local  found\n  domain  ours\n  limits  domain-day 20000\n")]
    [InlineData("lookup domain example.org", ExitStatus.No, "domain example.org  not found\n  domain  not ours")]
    public async Task Status_says_whether_it_was_found(string line, int status, string beginning)
    {
        Assert.Equal(status, await run.RunAsync(line));
        Assert.StartsWith(beginning, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_down_is_status_2()
    {
        run.Daemon.Directory.IsDown = true;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("lookup account alice"));
        Assert.StartsWith("account alice  unavailable\n  cause  no server answers\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_are_only_for_terminals()
    {
        await run.RunAsync("lookup domain truenorth.local");
        Assert.DoesNotContain('\e', run.Output);

        run.HasColour = true;
        await run.RunAsync("lookup domain truenorth.local");
        Assert.Contains("\e[32mfound\e[0m", run.Output, StringComparison.Ordinal);
    }
}
