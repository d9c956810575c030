using System.Text.Json;
using PolicyDaemon.Cli;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary><c>run</c>, <c>check-config</c>, <c>show-config</c> and <c>status</c>.</summary>
public sealed class ConfigurationCommandsTests : IDisposable
{
    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Without_a_command_the_daemon_runs()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync());
        Assert.NotNull(run.Started);
    }

    [Fact]
    public async Task Daemon_does_not_start_on_a_configuration_with_errors()
    {
        run.WriteConfig("""{ "nod": "mx1", "log": { "level": "loud" } }""");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("run"));
        Assert.Null(run.Started);
        Assert.Contains("node", run.Error, StringComparison.Ordinal);
        Assert.Contains("log.level", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_configuration_is_status_0()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("check-config"));
        Assert.Equal($"{run.ConfigFile}: good\n", run.Output);
    }

    [Fact]
    public async Task Every_mistake_is_said_at_once_and_status_1()
    {
        run.WriteConfig("""{ "nod": "mx1", "log": { "level": "loud" } }""");
        Assert.Equal(ExitStatus.No, await run.RunAsync("check-config"));
        Assert.All(run.Error.TrimEnd('\n').Split('\n'), line => Assert.StartsWith("policydaemon: ", line, StringComparison.Ordinal));
        Assert.Contains("there is no such key; did you mean node?", run.Error, StringComparison.Ordinal);
        Assert.Contains("log.level", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task File_that_is_not_there_is_status_1()
    {
        Assert.Equal(ExitStatus.No, await run.RunAsync("check-config --config /nonexistent/policydaemon.json"));
        Assert.Equal("policydaemon: /nonexistent/policydaemon.json: does not exist\n", run.Error);
    }

    [Fact]
    public async Task What_is_set_is_shown_as_json()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("show-config --log.level debug"));
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("mx1", json.GetProperty("node").GetString());
        Assert.Equal("debug", json.GetProperty("log").GetProperty("level").GetString());
    }

    [Fact]
    public async Task Defaults_are_a_configuration_that_is_good()
    {
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("show-config --defaults"));
        run.WriteConfig(run.Output);
        await run.RunAsync("check-config");
        Assert.DoesNotContain("no such key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_without_a_daemon_is_1()
    {
        Assert.Equal(ExitStatus.No, await run.RunAsync("status"));
        Assert.Equal($"policydaemon: no daemon answers on unix:{run.SocketPath}; start it with: policydaemon run\n", run.Error);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("block alice")]
    [InlineData("ask --login alice --sender alice@truenorth.local")]
    public async Task Without_a_daemon_errors_of_the_configuration_are_all_that_is_said(string line)
    {
        run.WriteConfig("{ \"log\": { \"level\": \"loud\" } }");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));
        Assert.EndsWith(": log.level = \"loud\": expected debug, information, warning or error\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no daemon answers", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_with_a_source_down_is_1_and_says_its_last_error()
    {
        run.Daemon.LdapSource = run.Daemon.LdapSource with { State = PolicyDaemon.Admin.SourceState.Down };
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Assert.Equal(ExitStatus.No, await run.RunAsync("status"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/status.txt", run.Output);
    }

    [Fact]
    public async Task Status_with_a_mail_store_down_is_1_and_says_what_waits_for_the_store()
    {
        run.Daemon.LdapSource = run.Daemon.LdapSource with { State = PolicyDaemon.Admin.SourceState.Up };
        var noon = SmallDaemon.Clock.GetUtcNow();
        PolicyDaemon.Admin.LmtpReport lmtp = new(
            [
                new("unix:/run/dovecot/lmtp", PolicyDaemon.Admin.SourceState.Up, noon - TimeSpan.FromHours(30), null, 5, 2),
                new("inet:192.0.2.1:24", PolicyDaemon.Admin.SourceState.Unknown, null, null, 0, 0),
            ],
            new(12, noon - TimeSpan.FromMinutes(3), noon - TimeSpan.FromMinutes(4), "relation \"policydaemon.deliveries\" does not exist (42P01): has 'policydaemon migrate' been run?"));
        run.Daemon.Lmtp = lmtp;
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("status"));

        run.Daemon.Lmtp = lmtp with { Backends = [lmtp.Backends[0], lmtp.Backends[1] with { State = PolicyDaemon.Admin.SourceState.Down, Since = noon - TimeSpan.FromMinutes(2), LastError = "connection refused" }] };
        Assert.Equal(ExitStatus.No, await run.RunAsync("status"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/status-lmtp.txt", run.Output);
    }
}
