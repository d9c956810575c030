using System.Net.Sockets;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What lmtp and doveadm of a real Dovecot make of the daemon's mailboxes, by the shipped snippet.</summary>
public abstract class DovecotMailboxTests(string version, DovecotRoute route) : StackTests
{
    private DovecotMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await DovecotMailSystem.StartAsync(Root, version, route: route);

    [Fact]
    public async Task Doveconf_has_nothing_to_say_about_the_snippet() => Assert.Equal("", await mail.Dovecot.CheckAsync());

    [Fact]
    public async Task Doveadm_lists_everybody_and_those_of_a_mask()
    {
        Assert.Equal(Logins.Select(AddressOf).Order(StringComparer.Ordinal), await ListAsync("*"));
        Assert.Equal([AddressOf("bob")], await ListAsync("b*"));
    }

    [Fact]
    public async Task Doveadm_finds_a_mailbox_by_login_and_by_every_address_and_nobody_elses()
    {
        string home = Root.PathOf("mail", Domain, "alice");
        foreach (string name in (string[])["alice", AddressOf("alice"), "Alice.North@truenorth.local"])
            Assert.Matches($"uid\\s+5000\ngid\\s+5000\nhome\\s+{home}\n", (await mail.Dovecot.RunDoveadmAsync("user", name)).EnsureSuccess().Output);

        CommandResult nobody = await mail.Dovecot.RunDoveadmAsync("user", "nobody@truenorth.local");
        Assert.Equal(67, nobody.ExitCode);
        Assert.Contains("doesn't exist", nobody.Error + nobody.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_is_delivered_into_the_mailbox_and_refused_only_where_there_is_none()
    {
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("bob"), "one"), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync("alice.north@truenorth.local", "two"), StringComparison.Ordinal);
        Assert.StartsWith("550 5.1.1", await mail.DeliverAsync("nobody@truenorth.local"), StringComparison.Ordinal);

        Assert.Single(Directory.GetFiles(Root.PathOf("mail", Domain, "bob", "Maildir", "new")));
        Assert.Single(Directory.GetFiles(Root.PathOf("mail", Domain, "alice", "Maildir", "new")));
    }

    /// <summary>Mail that was accepted is delivered, whatever happened to its owner since: refusing is for Postfix's RCPT.</summary>
    [Fact]
    public async Task Who_may_not_log_in_still_gets_what_was_accepted() =>
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("erin")), StringComparison.Ordinal);

    [Fact]
    public async Task Quota_of_the_daemon_is_in_force()
    {
        await mail.DeliverAsync(AddressOf("bob"));
        string shown = (await mail.Dovecot.RunDoveadmAsync("quota", "get", "-u", AddressOf("bob"))).EnsureSuccess().Output;
        Assert.Matches("User quota\\s+STORAGE\\s+[01]\\s+3072\\s", shown);
    }

    [Fact]
    public async Task Quota_status_finds_the_mailbox_and_its_quota_by_the_daemon()
    {
        Assert.Equal("action=DUNNO", await AskQuotaAsync(AddressOf("bob"), 1000));
        Assert.StartsWith("action=452 4.2.2", await AskQuotaAsync(AddressOf("bob"), 4_000_000), StringComparison.Ordinal);
        Assert.Equal("action=DUNNO nobody", await AskQuotaAsync("nobody@truenorth.local", 1000));
    }

    [Fact]
    public async Task Outage_makes_mail_wait_and_never_refuses_it_and_ends_by_itself()
    {
        DaemonProcess daemon = mail.Daemon;
        daemon.Reload((await File.ReadAllTextAsync(daemon.ConfigurationFile))
            .Replace("\"mode\":\"sync\"", "\"mode\":\"lookup\",\"staleFor\":\"0s\"", StringComparison.Ordinal));
        await daemon.Log.WaitForAsync("configuration_reloaded");
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);

        await mail.Slapd.StopAsync();
        Assert.StartsWith("451 4.3.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("451 4.3.0", await mail.DeliverAsync("nobody@truenorth.local"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await mail.Dovecot.RunDoveadmAsync("user", "*")).ExitCode);

        await mail.Slapd.StartAsync();
        await Wait.UntilAsync(
            async () => (await mail.DeliverAsync(AddressOf("bob"))).StartsWith("250 2.0.0", StringComparison.Ordinal), "mail is delivered again");
    }

    [Fact]
    public async Task Without_the_daemon_mail_waits_and_a_restart_is_over_at_once()
    {
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);
        await mail.Daemon.StopAsync();
        Assert.StartsWith("451 4.3.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("451 4.3.0", await mail.DeliverAsync("nobody@truenorth.local"), StringComparison.Ordinal);

        await mail.Daemon.StartAsync();

        // A process of Dovecot that was connected to the daemon before finds that out by its next question, and defers that one.
        await AssertAnswerAsync("250 2.0.0", AddressOf("bob"));
        await AssertAnswerAsync("550 5.1.1", "nobody@truenorth.local");
    }

    /// <summary>"Later" at most once for each process of Dovecot that may be there; any other answer is final.</summary>
    private async Task AssertAnswerAsync(string expected, string recipient)
    {
        const int MostProcesses = 3;
        string answer = await mail.DeliverAsync(recipient);
        for (int deferred = 0; deferred < MostProcesses && answer.StartsWith("451 4.3.0", StringComparison.Ordinal); deferred++)
            answer = await mail.DeliverAsync(recipient);
        Assert.StartsWith(expected, answer, StringComparison.Ordinal);
    }

    private async Task<string> AskQuotaAsync(string recipient, int size)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(mail.Dovecot.QuotaStatusSocket));
        await dialog.SendRawAsync($"request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nrecipient={recipient}\nsize={size}\n\n");
        return await dialog.ReadUntilAsync("action=");
    }

    private async Task<IEnumerable<string>> ListAsync(string mask)
    {
        string listed = (await mail.Dovecot.RunDoveadmAsync("user", mask)).EnsureSuccess().Output;
        return listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
    }
}

public sealed class Dovecot23MailboxTests() : DovecotMailboxTests("2.3", DovecotRoute.Direct);

public sealed class Dovecot24MailboxTests() : DovecotMailboxTests("2.4", DovecotRoute.Direct);

public sealed class Dovecot23LuaMailboxTests() : DovecotMailboxTests("2.3", DovecotRoute.Lua);

public sealed class Dovecot24LuaMailboxTests() : DovecotMailboxTests("2.4", DovecotRoute.Lua);
