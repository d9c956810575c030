using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>SIGHUP: a good file is in force at once, a bad one changes nothing and every mistake in it is in the log.</summary>
public sealed class ReloadTests : ScenarioTests
{
    /// <summary>Rules are retired after twice the deadline, which here is as long as it may be.</summary>
    private static readonly TimeSpan SoonerThanRetirement = TimeSpan.FromSeconds(20);

    protected override void Configure(JsonObject configuration)
    {
        configuration["deadline"] = "1m";
        configuration["checks"]!["identityBinding"]!["mode"] = "observe";
    }

    [Fact]
    public async Task Changed_rule_is_in_force_for_the_next_rcpt_of_an_open_session()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.MailAsync(AddressOf("bob")));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));

        Daemon.Reload(Enforced().ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");

        AssertReply("553 5.7.1", await alice.RcptAsync(AddressOf("bob")));
    }

    [Fact]
    public async Task Second_thoughts_are_in_force_at_once_although_old_rules_are_still_being_retired()
    {
        Daemon.Reload(Enforced().ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded");
        long first = Daemon.Log.Length;

        Daemon.Reload(Mail.Configuration().ToJsonString());
        await Daemon.Log.WaitForAsync("configuration_reloaded", first, SoonerThanRetirement);

        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("grace")));
    }

    [Fact]
    public async Task File_with_mistakes_leaves_the_old_rules_and_each_mistake_is_in_the_log()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("grace")));

        JsonObject bad = Enforced();
        bad["deadline"] = "3 seconds";
        bad["checks"]!["identityBinding"]!["trustedNetwork"] = "127.0.0.1/32";
        Daemon.Reload(bad.ToJsonString());
        await WaitForRejectionAsync("deadline");
        await WaitForRejectionAsync("checks.identityBinding.trustedNetwork");

        Assert.False(Daemon.HasExited);
        AssertReply("250", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("grace")));
        await SetAsync("alice", "tnMailSendAllowed", "FALSE");
        AssertReply("554 5.7.1", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("grace")));
        Assert.DoesNotContain("configuration_reloaded", Daemon.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_listen_is_named_as_needing_a_restart_and_the_rest_is_taken_up()
    {
        JsonObject changed = Enforced();
        changed["listen"]!["policy"]!.AsArray().Add($"inet:{Root.Address}:{Root.FreePort()}");

        Daemon.Reload(changed.ToJsonString());

        Assert.Contains("in force after a restart", await Daemon.Log.WaitForAsync("configuration_warning warning=\"listen"), StringComparison.Ordinal);
        await Daemon.Log.WaitForAsync("configuration_reloaded");
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("553 5.7.1", await TryRcptAsync(alice, AddressOf("bob"), AddressOf("grace")));
    }

    private JsonObject Enforced()
    {
        JsonObject configuration = Mail.Configuration();
        configuration["checks"]!["identityBinding"]!["mode"] = "enforce";
        return configuration;
    }

    private async Task WaitForRejectionAsync(string key)
    {
        string line = await Daemon.Log.WaitForAsync($": {key}");
        Assert.Contains(" error configuration_rejected ", line, StringComparison.Ordinal);
    }
}
