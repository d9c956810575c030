using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>Postfix 3.10 from Debian 13, beside servers of this machine.</summary>
public sealed class TrixieTests : StackTests
{
    private DovecotServer dovecot = null!;
    private PostfixServer postfix = null!;

    protected override async ValueTask PrepareAsync()
    {
        dovecot = await DovecotServer.StartAsync(Root);
        postfix = await PostfixServer.StartAsync(Root, new()
        {
            System = await DebianSystem.GetTrixieAsync(),
            SaslPath = dovecot.SaslSocket,
            VirtualTransport = $"lmtp:unix:{dovecot.LmtpSocket}",
        });
    }

    [Fact]
    public async Task Mail_goes_from_an_authenticated_session_of_postfix_3_10_into_a_mailbox_outside_the_chroot()
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(postfix.EndpointOf("submission"));
        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);

        Assert.Equal(250, (await dialog.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "from the chroot")).Code);

        await dovecot.WaitForMessageAsync("bob", "Subject: from the chroot");
        Assert.StartsWith("3.10.", await postfix.RunPostconfAsync("-h", "mail_version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_queue_and_check_work_in_the_chroot()
    {
        await postfix.SetAsync("smtpd_recipient_restrictions", "reject");

        Assert.StartsWith("Mail queue is empty", await postfix.ReadQueueAsync(), StringComparison.Ordinal);
        Assert.DoesNotMatch("warning|error|fatal", await postfix.CheckAsync());
        Assert.Equal("reject\n", await postfix.RunPostconfAsync("-h", "smtpd_recipient_restrictions"));
    }
}
