using PolicyDaemon.Admin;
using PolicyDaemon.Cli;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class BlockCommandTests : IDisposable
{
    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Blocks_are_given_listed_and_taken_back()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block alice@truenorth.local --for 2h --reason \"stolen password\" --action defer"));
        Assert.Equal("login alice is blocked: defer until 2026-11-21 14:00:00Z, by tester: stolen password\n", run.Output);
        Assert.Contains("a block is written to the store by this process, and in force where a daemon runs", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block --domain TrueNorth.local --action hold"));
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block --everyone --for 7d"));

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("blocks"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/blocks.txt", run.Output);

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("unblock ALICE"));
        Assert.Equal(ExitStatus.No, await run.RunAsync("unblock alice"));
        Assert.Equal("policydaemon: there is no block of login alice\n", run.Error);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("unblock --everyone"));
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("unblock --domain truenorth.local"));
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("blocks"));
        Assert.Equal("no blocks\n", run.Output);
    }

    [Fact]
    public async Task Order_that_other_nodes_do_not_know_yet_is_said_to_act_on_this_node_only()
    {
        const string sentence = "on this node only: the store is away, and the other nodes hear of it when it is back\n";
        run.Daemon.Blocks.AreOrdersPending = true;

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block alice"));
        Assert.EndsWith(sentence, run.Output, StringComparison.Ordinal);
        await run.RunAsync("blocks");
        Assert.EndsWith("1 of them " + sentence, run.Output, StringComparison.Ordinal);
        await run.RunAsync("blocks --json");
        Assert.Contains("\"isPending\": true", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("unblock alice"));
        Assert.EndsWith(sentence, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_block_of_a_login_says_what_it_replaces()
    {
        await run.RunAsync("block alice --reason first");
        await run.RunAsync("block alice@truenorth.local --reason second");
        Assert.EndsWith("in place of: reject until it is taken back, by tester: first\n", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("block mallory", ExitStatus.No, "no account has the login or address 'mallory'; --force blocks the name all the same")]
    [InlineData("block --domain example.org", ExitStatus.No, "'example.org' is no domain of ours, so nothing of it could be blocked; --force blocks it all the same")]
    public async Task What_nobody_knows_is_refused_unless_forced(string line, int status, string sentence)
    {
        Assert.Equal(status, await run.RunAsync(line));
        Assert.EndsWith($"policydaemon: {sentence}\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync(line + " --force"));
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("un" + line));
    }

    [Fact]
    public async Task Directory_down_cannot_tell_who_is_meant_unless_forced()
    {
        run.Daemon.Directory.IsDown = true;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("block alice"));
        Assert.Contains("(no server answers); --force blocks the name as typed", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block alice --force"));
    }

    [Fact]
    public async Task Store_down_is_status_2()
    {
        run.Daemon.Blocks.IsDown = true;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("block --everyone"));
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("unblock --everyone"));
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("blocks"));
    }

    [Fact]
    public async Task Running_daemon_is_asked_and_names_the_person_at_the_socket()
    {
        SmallDaemon running = new();
        await using AdminServer server = await AdminServer.StartAsync(running.AdministrationFor, run.SocketPath);

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block alice"));

        Assert.Equal($"login alice is blocked: reject until it is taken back, by {Environment.UserName}\n", run.Output);
        Assert.Empty(run.Error);
        Assert.Single((await running.Blocks.ReadAsync(default)).Value!.Blocks);
        Assert.Empty((await run.Daemon.Blocks.ReadAsync(default)).Value!.Blocks);
    }

    [Fact]
    public async Task Running_daemon_is_asked_even_when_the_file_has_errors_meanwhile()
    {
        SmallDaemon running = new();
        await using AdminServer server = await AdminServer.StartAsync(running.AdministrationFor, run.SocketPath);
        run.WriteConfig($$"""{ "listen": { "admin": "unix:{{run.SocketPath}}" }, "nod": "mx1", "directory": { "sqlite": { "path": "{{run.DatabasePath}}" } } }""");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("block alice"));
        Assert.Contains("has errors (see policydaemon check-config)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Closed_socket_says_which_group_opens_it()
    {
        File.WriteAllText(run.SocketPath, "");
        string group = UnixNames.GroupOfFile(run.SocketPath)!;
        Assert.Equal($"run this as root or as a member of the group '{group}', to which {run.SocketPath} belongs", DaemonAccess.AdmittedTo(run.SocketPath));
    }
}
