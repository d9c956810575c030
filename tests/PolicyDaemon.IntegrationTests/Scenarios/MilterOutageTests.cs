using System.Diagnostics;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The milter alone, and the daemon or the directory behind it is away: all mail is deferred, none lost, none doubled.</summary>
public abstract class MilterOutageTests : ScenarioTests
{
    private const string Stranger = "someone@elsewhere.example";

    protected override Fronts Fronts => Fronts.Milter;

    protected override string LdapMode => LdapSection.Lookup;

    /// <summary>Longer than it takes until a decision is announced as being worked on.</summary>
    protected override void Configure(JsonObject configuration)
    {
        configuration["deadline"] = "8s";
        configuration["directory"]!["ldap"]!["timeout"] = "5s";
    }

    [Fact]
    public async Task Daemon_that_is_killed_in_the_middle_of_a_message_leaves_it_with_the_client()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace"), "before"));
        AssertReply("250", await alice.MailAsync(AddressOf("alice")));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
        AssertReply("354", await alice.DataAsync());
        await Daemon.KillAsync();
        AssertReply("4", await alice.SendMessageAsync($"From: {AddressOf("alice")}\nSubject: in between\n\nin between\n"));

        // While it is away nobody gets in, and mail of this machine waits where it was handed in.
        await using SmtpDialog later = await SmtpDialog.ConnectAsync(Postfix.EndpointOf("submission"));
        Assert.Matches("(?m)^4", await TalkAsync(later));
        await Postfix.SendmailAsync(AddressOf("alice"), AddressOf("grace"), "Subject: local\n\nlocal\n");
        await Postfix.Log.WaitForAsync("postfix/cleanup");

        await Daemon.StartAsync();
        await using SmtpDialog again = await LogInAsync("alice");
        AssertReply("250", await again.SubmitAsync(AddressOf("alice"), AddressOf("grace"), "in between"));

        // A message that is handed in wakes pickup(8), which takes the one that waits, too.
        await Postfix.SendmailAsync(AddressOf("alice"), AddressOf("grace"), "Subject: wakes\n\nwakes\n");
        foreach (string subject in (string[])["before", "in between", "local", "wakes"])
            await Dovecot.WaitForMessageAsync("grace", $"Subject: {subject}");
        await Postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Equal(4, Dovecot.ReadMailbox("grace").Count);
    }

    [Fact]
    public async Task Directory_that_is_away_defers_and_nothing_comes_back()
    {
        // Shorter than the daemon takes to decide without its directory.
        await Postfix.SetAsync("smtpd_milters", "{ unix:policydaemon/milter.sock, command_timeout=4s, default_action=tempfail }");
        await using SmtpDialog outside = await ComeFromOutsideAsync();
        await using SmtpDialog alice = await LogInAsync("alice");

        // Hung: Postfix is told every 2 s that it is being worked on, and waits.
        Slapd.Pause();
        Stopwatch waiting = Stopwatch.StartNew();
        AssertReply("451 4.3.0", await alice.MailAsync(AddressOf("alice")));
        Assert.InRange(waiting.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(14));
        Assert.DoesNotContain("warning: milter", Postfix.Log.ReadFrom(), StringComparison.Ordinal);
        Slapd.Resume();

        await Slapd.StopAsync();
        AssertReply("451 4.3.0", await outside.SubmitAsync(Stranger, AddressOf("grace")));
        AssertReply("250", await outside.SendAsync("RSET"));
        AssertReply("451 4.3.0", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace")));
        await Postfix.SendmailAsync(AddressOf("alice"), AddressOf("grace"), "Subject: local\n\nlocal\n");
        await Daemon.Log.WaitForAsync("action=defer check=sender_authorization reason=directory_unavailable stage=END-OF-MESSAGE");

        await Slapd.StartAsync();
        await Wait.UntilAsync(
            async () => (await TryRcptAsync(outside, Stranger, AddressOf("grace"))).Code == 250, "the directory is asked again");
        await Postfix.SendmailAsync(AddressOf("alice"), AddressOf("grace"), "Subject: wakes\n\nwakes\n");
        await Dovecot.WaitForMessageAsync("grace", "Subject: local");
        await Dovecot.WaitForMessageAsync("grace", "Subject: wakes");
        await Postfix.WaitUntilQueueIsEmptyAsync();
        Assert.Equal(2, Dovecot.ReadMailbox("grace").Count);
        Assert.Empty(Dovecot.ReadMailbox("alice"));
    }

    /// <summary>What a client is told that tries to send.</summary>
    private static async Task<string> TalkAsync(SmtpDialog dialog)
    {
        List<string> replies = [(await dialog.ReadReplyAsync()).Text];
        foreach (string command in (string[])["EHLO client.example", $"MAIL FROM:<{Stranger}>", $"RCPT TO:<{AddressOf("grace")}>"])
        {
            if (replies[^1].StartsWith("421", StringComparison.Ordinal)) break;
            replies.Add((await dialog.SendAsync(command)).Text);
        }

        return string.Join('\n', replies);
    }
}

public sealed class MilterOutage37Tests : MilterOutageTests;

public sealed class MilterOutage310Tests : MilterOutageTests
{
    protected override string PostfixVersion => "3.10";
}
