using System.Diagnostics;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// slapd stopped, hung and slow where it is asked for each question: later is the answer, in time; nobody bounces, and nobody who was
/// blocked gets through. <see cref="LdapOutageTests"/> has the same where it is followed.
/// </summary>
public sealed class OutageTests : ScenarioTests
{
    /// <summary>The daemon's deadline, and what a busy machine adds to it.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    private SlapdServer second = null!;

    protected override string LdapMode => LdapSection.Lookup;

    protected override async ValueTask PrepareAsync()
    {
        second = await SlapdServer.StartAsync(Root, new() { Name = "ldap2" });
        await second.StopAsync();
        await base.PrepareAsync();
    }

    protected override void Configure(JsonObject configuration) =>
        configuration["directory"]!["ldap"]!["urls"]!.AsArray().Add(second.Url);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unknown_people_are_deferred_in_time_and_the_blocked_stay_blocked_until_slapd_is_back(bool hung)
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog bob = await LogInAsync("bob");
        await using SmtpDialog carol = await LogInAsync("carol");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        AssertReply("554 5.7.1", await TryRcptAsync(carol, AddressOf("carol"), AddressOf("bob")));
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        if (hung) Slapd.Pause();
        else await Slapd.StopAsync();

        // Never asked about before: nobody can say who bob's login is, nor whether these recipients exist.
        AssertReply("451 4.3.0", await InTimeAsync(() => TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))));
        AssertReply("451 4.3.0", await InTimeAsync(() => TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("grace"))));
        AssertReply("451 4.3.0", await InTimeAsync(() => TryRcptAsync(outsider, "someone@elsewhere.example", "nobody@truenorth.local")));

        // Known before: the last known value decides, for good and for bad.
        AssertReply("554 5.7.1", await InTimeAsync(() => TryRcptAsync(carol, AddressOf("carol"), AddressOf("bob"))));
        AssertReply("250", await InTimeAsync(() => TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob"))));
        await Daemon.Log.WaitForAsync("source_unavailable source=ldap");

        if (hung) Slapd.Resume();
        else await Slapd.StartAsync();

        await Wait.UntilAsync(
            async () => (await TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))).Code == 250
                && Daemon.Log.ReadFrom().Contains("source_available source=ldap", StringComparison.Ordinal),
            "bob may send again, and the log says why");
        AssertReply("550 5.1.1", await TryRcptAsync(outsider, "someone@elsewhere.example", "nobody@truenorth.local"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_server_of_the_list_is_used(bool hung)
    {
        await second.StartAsync();
        await second.SetAsync("bob", "tnMailSendAllowed", "FALSE");
        await using SmtpDialog bob = await LogInAsync("bob");
        await using SmtpDialog alice = await LogInAsync("alice");
        await Wait.UntilAsync(
            async () => (await TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))).Code == 250, "the preferred server is asked");

        if (hung) Slapd.Pause();
        else await Slapd.StopAsync();

        AssertReply("250", await InTimeAsync(() => TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob"))));
        AssertReply("554 5.7.1", await InTimeAsync(() => TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))));
        if (hung) Slapd.Resume();
    }

    [Fact]
    public async Task Slow_server_costs_a_deferral_and_not_a_bounce_or_a_permission()
    {
        await using NetworkLink link = NetworkLink.Start(Root, Slapd.Endpoint);
        JsonObject configuration = Mail.Configuration();
        configuration["directory"]!["ldap"]!["urls"] = new JsonArray($"ldap://{link.Endpoint}");
        Daemon.Reload(configuration.ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");
        await using SmtpDialog carol = await LogInAsync("carol");
        await using SmtpDialog bob = await LogInAsync("bob");
        AssertReply("554 5.7.1", await TryRcptAsync(carol, AddressOf("carol"), AddressOf("bob")));

        link.Delay = TimeSpan.FromSeconds(20);
        AssertReply("451 4.3.0", await InTimeAsync(() => TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))));
        AssertReply("554 5.7.1", await InTimeAsync(() => TryRcptAsync(carol, AddressOf("carol"), AddressOf("bob"))));

        link.Delay = TimeSpan.Zero;
        await Wait.UntilAsync(
            async () => (await TryRcptAsync(bob, AddressOf("bob"), AddressOf("alice"))).Code == 250, "bob may send again");
    }

    [Fact]
    public async Task Daemon_that_is_gone_or_hung_costs_a_451_and_works_at_once_when_it_is_back()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        await Daemon.KillAsync();
        AssertReply("451 4.3.5", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        await Daemon.StartAsync();
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));

        Daemon.Pause();
        AssertReply("451 4.3.5", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        Daemon.Resume();
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
    }

    private static async Task<SmtpServerReply> InTimeAsync(Func<Task<SmtpServerReply>> ask)
    {
        Stopwatch waited = Stopwatch.StartNew();
        SmtpServerReply reply = await ask();
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, Soon);
        return reply;
    }
}
