using System.Text.Json;
using PolicyDaemon.Cli;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class LimitsCommandTests : IDisposable
{
    private readonly CommandRun run = new();

    public LimitsCommandTests() => run.Daemon.Limits =
    [
        Of("login-hour", LimitKey.Login, LimitUnit.Recipients, 10),
        Of("login-day", LimitKey.Login, LimitUnit.Messages, 20),
        Of("domain", LimitKey.Domain, LimitUnit.Bytes, 30),
        Of("client", LimitKey.Client, LimitUnit.Messages, 40) with { Ipv4Prefix = 24 },
        Of("recipient", LimitKey.Recipient, LimitUnit.Messages, 50),
        Of("all", LimitKey.Everyone, LimitUnit.Messages, 60),
    ];

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Show_tells_a_person_what_is_used_of_all_limits_on_somebody()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        await ChargeAsync("login-hour/login:alice", 10);
        await ChargeAsync("login-day/login:alice", 12);

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("limits show --login alice"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/limits-show.txt", run.Output);
    }

    [Theory]
    [InlineData("login-day/login:alice", "login-day/login:alice")]
    [InlineData("--login ALICE@truenorth.local", "login-hour/login:alice login-day/login:alice")]
    [InlineData("--login stranger", "login-hour/login:stranger login-day/login:stranger")]
    [InlineData("--domain TRUENORTH.local", "domain/domain:truenorth.local")]
    [InlineData("domain:truenorth.local", "domain/domain:truenorth.local")]
    [InlineData("--client 192.0.2.77", "client/client:192.0.2.0/24")]
    [InlineData("client/client:192.0.2.0/24", "client/client:192.0.2.0/24")]
    [InlineData("--client 2001:db8::7", "client/client:2001:db8::/64")]
    [InlineData("client/client:unknown", "client/client:unknown")]
    [InlineData("--recipient bob+tag@truenorth.local", "recipient/recipient:bob@truenorth.local")]
    [InlineData("--recipient sales@truenorth.local", "recipient/recipient:alice@truenorth.local")]
    [InlineData("recipient:team@truenorth.local", "recipient/recipient:team@truenorth.local")]
    [InlineData("--everyone", "all/everyone")]
    [InlineData("all/everyone", "all/everyone")]
    public async Task Keys_are_those_that_are_charged(string target, string expected)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        foreach (string key in expected.Split(' ')) await ChargeAsync(key, 7);

        Assert.Equal(ExitStatus.Yes, await run.RunAsync($"limits show {target} --json"));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement[] limits = [.. json.RootElement.GetProperty("limits").EnumerateArray()];
        Assert.Equal(expected.Split(' '), limits.Select(limit => limit.GetProperty("key").GetString()));
        Assert.All(limits, limit => Assert.Equal(7, limit.GetProperty("used").GetInt64()));

        Assert.Equal(ExitStatus.Yes, await run.RunAsync($"limits reset {target}"));
        Assert.Equal($"nothing is counted any more for {expected.Replace(" ", ", ", StringComparison.Ordinal)}\n", run.Output);
        await run.RunAsync($"limits show {target} --json");
        Assert.DoesNotContain("\"used\": 7", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limits show nothing/login:alice", ExitStatus.No, "no limit 'nothing' has the key login")]
    [InlineData("limits reset nothing/login:alice", ExitStatus.No, "no limit 'nothing' has the key login")]
    [InlineData("limits show --domain ..", ExitStatus.CannotTell, "'..' is no domain")]
    [InlineData("limits show --client here", ExitStatus.CannotTell, "'here' is no address")]
    [InlineData("limits show", ExitStatus.CannotTell, "say one of KEY, --login, --domain, --client, --recipient and --everyone")]
    [InlineData("limits show --everyone --login alice", ExitStatus.CannotTell, "say one of KEY, --login, --domain, --client, --recipient and --everyone")]
    [InlineData("limits reset alice", ExitStatus.CannotTell, "the KEY is as the log has it: login-hour/login:alice, or login:alice for all limits on it, not 'alice'")]
    public async Task What_is_not_understood_or_not_there_is_said(string line, int status, string expected)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Assert.Equal(status, await run.RunAsync(line));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Daemon_without_limits_says_so()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Daemon.Limits = [];

        Assert.Equal(ExitStatus.No, await run.RunAsync("limits show --login alice"));
        Assert.Equal("policydaemon: there are no limits in the configuration\n", run.Error);
    }

    [Fact]
    public async Task Amount_that_a_source_which_is_away_may_have_is_not_guessed()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Daemon.Directory.IsDown = true;

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("limits show --domain truenorth.local"));
        Assert.Equal("policydaemon: cannot tell the amounts of 'truenorth.local': no server answers\n", run.Error);
    }

    [Theory]
    [InlineData("limits show --login alice")]
    [InlineData("limits reset --login alice")]
    public async Task Counters_that_do_not_answer_are_no_zero(string line)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Daemon.Counters.IsDown = true;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));
        Assert.Equal("policydaemon: the counters do not answer\n", run.Error);
    }

    [Fact]
    public async Task Without_a_daemon_nothing_is_known()
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("limits show --login alice"));
        Assert.Contains("no daemon answers", run.Error, StringComparison.Ordinal);
    }

    private static Limit Of(string name, LimitKey key, LimitUnit unit, long amount) => new()
    {
        Name = name, Key = key, Unit = unit, Amount = amount, Window = TimeSpan.FromHours(1), Action = Verdict.Defer,
    };

    private async Task ChargeAsync(string key, long units) =>
        await run.Daemon.Counters.ChargeAsync($"message {key}", [new Charge(key, units, 1000, TimeSpan.FromHours(1))], TestContext.Current.CancellationToken);
}
