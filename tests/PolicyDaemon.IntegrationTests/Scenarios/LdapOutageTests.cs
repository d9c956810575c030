using System.Diagnostics;
using System.Globalization;
using PolicyDaemon.Admin;
using PolicyDaemon.Bench;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>slapd away while the daemon is asked without pause: nobody is deferred, nobody who was stopped gets through.</summary>
public sealed class LdapOutageTests : LdapScenarioTests
{
    /// <summary>How many seconds slapd is away, if not as many as usual.</summary>
    private const string OutageVariable = "POLICYDAEMON_TEST_OUTAGE";

    private const int PerSecond = 300;

    /// <summary>A question that had to wait for a server would take a second; a machine with other work was slow before.</summary>
    private const double LatencyLimit = 500;

    private static readonly TimeSpan Outage =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable(OutageVariable) ?? "6", CultureInfo.InvariantCulture));

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    private static readonly string[] Stopped = [.. Crowded.Take(100)];
    private static readonly string[] Free = [.. Crowded.Skip(100).Take(100)];
    private static readonly string[] Changed = [.. Crowded.Skip(200)];

    [Fact]
    public async Task Killed_slapd_is_not_noticed_by_mail_and_what_changed_meanwhile_is_in_force_when_it_is_back()
    {
        Stop(Stopped);
        await WaitUntilInForceAsync();
        (long killed, long back) = (0, 0);
        TimeSpan inForce = default;

        IReadOnlyList<LoadAnswer> answers = await LoadAsync(PerSecond, [.. Stopped.Zip(Free).SelectMany(pair => (string[])[pair.First, pair.Second])], async () =>
        {
            await Task.Delay(Calm);
            killed = Stopwatch.GetTimestamp();
            await Slapd.KillAsync();
            await Slapd.ModifyOfflineAsync(Changed.Select(login => new ReplaceValues(DnOf(login), "tnMailSendAllowed", "FALSE")));
            await Task.Delay(Outage);
            await Slapd.StartAsync();
            back = Stopwatch.GetTimestamp();
            await WaitUntilAsync(Changed[^1], "554");
            inForce = Stopwatch.GetElapsedTime(back);
        });

        await AssertRefusedAsync(Changed);
        Tell($"{answers.Count} requests; before: {LatencyOf(answers, 0, killed)}; {Outage.TotalSeconds} s without slapd: {LatencyOf(answers, killed, back)}; in force {inForce.TotalMilliseconds:F0} ms after its start");
        Assert.All(answers, answer => Assert.True(Stopped.Contains(answer.Login) ? answer.IsRefused : answer.IsPermitted, $"{answer}"));
        Assert.InRange(LatencyOf(answers, killed, back).P99, 0, LatencyLimit + (2 * LatencyOf(answers, 0, killed).P99));
        Assert.InRange(inForce, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Daemon_that_starts_while_slapd_is_down_goes_on_where_it_was()
    {
        Stop(Stopped);
        await WaitUntilInForceAsync();
        await Daemon.StopAsync();
        await Slapd.StopAsync();
        await Daemon.StartAsync();

        await AssertRefusedAsync(Stopped[0], Stopped[^1], "carol");
        await AssertPermittedAsync(Free[0], Free[^1], "alice");
        await Daemon.Log.WaitForAsync("ldap_view_used source=ldap");
        Assert.Equal(AnswersFrom.View, (await ReadReportAsync()).AnswersFrom);

        await Slapd.StartAsync();
        Stop(Free[0]);
        await WaitUntilAsync(Free[0], "554");
    }

    [Fact]
    public async Task Killed_daemon_that_starts_while_slapd_is_down_knows_who_was_stopped_before_its_last_save()
    {
        Stop(Stopped);
        await WaitUntilInForceAsync();
        await Daemon.StopAsync();
        await Daemon.StartAsync();
        await WaitUntilInForceAsync();
        await Slapd.StopAsync();
        await Daemon.KillAsync();
        await Daemon.StartAsync();

        await AssertRefusedAsync(Stopped[0], Stopped[^1]);
        await AssertPermittedAsync(Free[0], Free[^1]);
    }

    private static Spread LatencyOf(IEnumerable<LoadAnswer> answers, long from, long to) =>
        Spread.Of(answers.Where(answer => answer.Due >= from && answer.Due < to).Select(answer => answer.Received - answer.Due));

    private static void Tell(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
