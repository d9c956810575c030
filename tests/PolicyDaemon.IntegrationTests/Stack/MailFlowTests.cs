using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>The private mail system without our daemon: what every scenario takes for granted.</summary>
public sealed class MailFlowTests : StackTests
{
    private SlapdServer slapd = null!;
    private DovecotServer dovecot = null!;
    private PostfixServer postfix = null!;

    protected override async ValueTask PrepareAsync()
    {
        slapd = await SlapdServer.StartAsync(Root);
        dovecot = await DovecotServer.StartAsync(Root, new() { Slapd = slapd, QuotaBytes = new Dictionary<string, long> { ["bob"] = 4000 } });
        postfix = await PostfixServer.StartAsync(
            Root, new() { SaslPath = dovecot.SaslSocket, VirtualTransport = $"lmtp:unix:{dovecot.LmtpSocket}" });
    }

    [Fact]
    public async Task Mail_of_alice_by_authenticated_submission_arrives_in_bobs_mailbox()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));
        Assert.Equal(235, (await dialog.AuthenticateAsync(AddressOf("alice"), PasswordOf("alice"))).Code);

        SmtpServerReply reply = await dialog.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "hello bob");

        Assert.StartsWith("250 2.0.0 Ok: queued as", reply.Text, StringComparison.Ordinal);
        Assert.Contains("From: alice@truenorth.local", await dovecot.WaitForMessageAsync("bob", "Subject: hello bob"), StringComparison.Ordinal);
        await postfix.WaitUntilQueueIsEmptyAsync();
    }

    [Fact]
    public async Task Wrong_password_is_refused_with_535_and_at_imap()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));

        Assert.Equal(535, (await dialog.AuthenticateAsync("alice", "wrong")).Code);
        Assert.False(await dovecot.CanLogInAsync("alice", "wrong"));
        Assert.True(await dovecot.CanLogInAsync("alice", PasswordOf("alice")));
    }

    [Fact]
    public async Task Client_in_mynetworks_may_relay_and_another_one_may_not()
    {
        await using SmtpDialog trusted = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"), PostfixServer.TrustedClient);
        await using SmtpDialog outsider = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));

        Assert.Equal(250, (await trusted.SubmitAsync(AddressOf("alice"), "someone@elsewhere.example")).Code);
        Assert.StartsWith("554 5.7.1", (await outsider.SubmitAsync(AddressOf("alice"), "someone@elsewhere.example")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swaks_shows_the_whole_conversation()
    {
        CommandResult swaks = await Swaks.RunAsync(
            postfix.EndpointOf("submission"), AddressOf("alice"), AddressOf("bob"), "alice", PasswordOf("alice"), "--quit-after", "RCPT");

        Assert.Equal(0, swaks.ExitCode);
        Assert.Contains(" -> RCPT TO:<bob@truenorth.local>\n<-  250 2.1.5 Ok", swaks.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mailbox_over_its_quota_is_named_by_quota_status()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));
        await dialog.SubmitAsync("someone@elsewhere.example", AddressOf("bob"), new string('x', 700));
        await dovecot.WaitForMessageAsync("bob", "xxx");
        await postfix.SetAsync("smtpd_recipient_restrictions", $"check_policy_service unix:{dovecot.QuotaStatusSocket}");

        await using SmtpDialog second = await SmtpDialog.OpenAsync(postfix.EndpointOf("smtp"));
        await second.MailAsync("someone@elsewhere.example", "SIZE=3500");
        SmtpServerReply full = await second.RcptAsync(AddressOf("bob"));
        SmtpServerReply other = await second.RcptAsync(AddressOf("alice"));

        Assert.StartsWith("452 4.2.2", full.Text, StringComparison.Ordinal);
        Assert.Equal(250, other.Code);
    }
}
