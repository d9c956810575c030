using System.Text.Json;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Cli;

/// <summary>The built program's commands beside a running daemon and without one, also by users who may not.</summary>
public sealed class CommandLineTests : StackTests
{
    private DaemonProcess daemon = null!;

    private string AdminSocket => Root.PathOf("policydaemon", "admin.sock");

    protected override async ValueTask PrepareAsync() => daemon = await DaemonProcess.StartAsync(Root, $$"""
        {
          "node": "mx1",
          "listen": { "policy": ["unix:{{Root.PathOf("policydaemon", "policy.sock")}}"], "admin": "unix:{{AdminSocket}}" },
          "directory": { "sqlite": { "path": "{{Root.PathOf("policydaemon", "policydaemon.db")}}" } }
        }
        """);

    [Fact]
    public async Task What_one_command_does_the_next_one_sees_with_the_daemon_and_without()
    {
        await DoAsync("domain add truenorth.local");
        await DoAsync("account add alice@truenorth.local", "wonderland\n");
        await DoAsync("block alice@truenorth.local --for 2h --reason test");
        Assert.Equal(1, (await AskAliceAsync()).ExitCode);
        await daemon.Log.WaitForAsync("block_given subject=\"login alice@truenorth.local\"");

        await daemon.StopAsync();
        CommandResult offline = await AskAliceAsync();
        Assert.Equal(1, offline.ExitCode);
        Assert.Contains($"no daemon answers on unix:{AdminSocket}", offline.Error, StringComparison.Ordinal);
        await DoAsync("unblock alice@truenorth.local");

        await daemon.StartAsync();
        Assert.Equal(0, (await AskAliceAsync()).ExitCode);
        JsonElement status = JsonDocument.Parse((await DoAsync("status --json")).Output).RootElement;
        Assert.Equal("mx1", status.GetProperty("node").GetString());
        Assert.Equal($"unix:{AdminSocket}", status.GetProperty("listeners")[1].GetProperty("endpoint").GetString());
    }

    [Fact]
    public async Task Member_of_the_sockets_group_gives_blocks_in_its_own_name()
    {
        await DoAsync("domain add truenorth.local");
        CommandResult given = await RunAsAsync("nobody", "postfix", "block --domain truenorth.local");

        Assert.Equal((0, "domain truenorth.local is blocked: reject until it is taken back, by nobody\n"), (given.ExitCode, given.Output));
    }

    [Fact]
    public async Task Stranger_is_told_which_group_may_and_nothing_is_done_by_itself()
    {
        CommandResult blocked = await RunAsAsync("nobody", "nogroup", "block --everyone");

        Assert.Equal(2, blocked.ExitCode);
        Assert.Contains($"permission denied on unix:{AdminSocket}: run this as root or as a member of the group 'postfix'", blocked.Error, StringComparison.Ordinal);
        Assert.Equal("no blocks\n", (await DoAsync("blocks")).Output);
    }

    private Task<CommandResult> AskAliceAsync() =>
        daemon.RunAsync("ask --login alice@truenorth.local --sender alice@truenorth.local --recipient eve@example.org".Split(' '));

    private async Task<CommandResult> DoAsync(string line, string input = "") => (await daemon.RunAsync(line.Split(' '), input)).EnsureSuccess();

    /// <summary>Reads a configuration of its own, because the daemon's is not for everyone.</summary>
    private async Task<CommandResult> RunAsAsync(string user, string group, string line)
    {
        string file = Root.PathOf("everyone.json");
        await File.WriteAllTextAsync(file, $$"""{ "listen": { "admin": "unix:{{AdminSocket}}" } }""", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        return await Command.RunAsync(
            "setpriv",
            [
                "--reuid", user, "--regid", group, "--clear-groups", "--",
                new DaemonOptions().Program, .. line.Split(' '), "--config", file,
            ]);
    }
}
