using System.Net;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What the milter alone does with the shipped snippets: the envelope, and mail that never met smtpd.</summary>
public abstract class MilterTests : ScenarioTests
{
    private const string Stranger = "someone@elsewhere.example";

    protected override Fronts Fronts => Fronts.Milter;

    [Fact]
    public async Task Address_of_a_client_stays_out_of_mail_with_a_login_and_in_mail_from_outside()
    {
        await using SmtpDialog alice = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"), IPAddress.Parse("127.0.0.9"));
        AssertReply("235", await alice.AuthenticateAsync("alice", PasswordOf("alice")));
        AssertReply("250", await alice.SubmitAsync(AddressOf("alice"), AddressOf("grace"), "submitted"));
        string submitted = await Dovecot.WaitForMessageAsync("grace", "Subject: submitted");
        Assert.DoesNotContain("127.0.0.9", submitted, StringComparison.Ordinal);
        Assert.DoesNotContain("client.example", submitted, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Received: by mail\.truenorth\.local \(Postfix\)\s+with ESMTPA id \w+", submitted);

        // RFC 6531 section 4.3 has another word for mail of international addresses.
        AssertReply("250", await alice.MailAsync(AddressOf("alice"), "SMTPUTF8"));
        AssertReply("250", await alice.RcptAsync(AddressOf("grace")));
        AssertReply("354", await alice.DataAsync());
        AssertReply("250", await alice.SendMessageAsync($"From: {AddressOf("alice")}\nSubject: international\n\nx\n"));
        string international = await Dovecot.WaitForMessageAsync("grace", "Subject: international");
        Assert.DoesNotContain("127.0.0.9", international, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Received: by mail\.truenorth\.local \(Postfix\)\s+with UTF8SMTPA id \w+", international);

        await using SmtpDialog outside = await ComeFromOutsideAsync();
        AssertReply("250", await outside.SubmitAsync(Stranger, AddressOf("grace"), "received"));
        Assert.Contains("Received: from mail.elsewhere.example", await Dovecot.WaitForMessageAsync("grace", "Subject: received"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_without_smtp_is_refused_at_its_end_when_the_sender_may_not_send_and_only_then()
    {
        await SetAsync("bob", "tnMailSendAllowed", "FALSE");

        await Postfix.SendmailAsync(AddressOf("alice"), AddressOf("carol"), "Subject: of alice\n\nx\n");
        await Dovecot.WaitForMessageAsync("carol", "Subject: of alice");

        await Postfix.SendmailAsync(AddressOf("bob"), AddressOf("carol"), "Subject: of bob\n\nx\n");
        await Daemon.Log.WaitForAsync("decision action=reject check=sender_authorization reason=sending_disabled stage=END-OF-MESSAGE code=554");
        await Dovecot.WaitForMessageAsync("bob", "Sending is disabled for this account");

        // Whether a recipient exists is not asked, and nothing is decided before the end: Postfix has nothing to complain of.
        await Postfix.SendmailAsync(Stranger, "ghost@truenorth.local", "Subject: to nobody\n\nx\n");
        await Daemon.Log.WaitForAsync($"sender={Stranger}");
        Assert.DoesNotContain("stage=RCPT", Daemon.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("milter-reject: RCPT", Postfix.Log.ReadFrom(), StringComparison.Ordinal);
        Assert.DoesNotContain("warning: milter", Postfix.Log.ReadFrom(), StringComparison.Ordinal);
    }
}

public sealed class Milter37Tests : MilterTests;

public sealed class Milter310Tests : MilterTests
{
    protected override string PostfixVersion => "3.10";
}
