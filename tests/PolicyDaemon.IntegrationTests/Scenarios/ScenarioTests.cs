using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Slapd;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// The whole story on real programs: Postfix with the shipped snippets as they are, Dovecot for logins and mailboxes, slapd, and the built
/// daemon between them.
/// </summary>
public abstract class ScenarioTests : StackTests
{
    /// <summary>An address that is in no trusted network of Postfix or of the daemon.</summary>
    private const string OutsideClient = "203.0.113.7";

    /// <summary>3.7, or 3.10 of Debian 13.</summary>
    protected virtual string PostfixVersion => "3.7";

    /// <summary>What is special about the mailboxes.</summary>
    protected virtual DovecotOptions Mailboxes => new();

    /// <summary>How the daemon uses slapd: as it does by default, or by asking it each time.</summary>
    protected virtual string LdapMode => LdapSection.Sync;

    /// <summary>Postfix asks the daemon about logins; else Dovecot, whose passwords are slapd's.</summary>
    protected virtual bool ChecksPasswords => false;

    /// <summary>By which protocols Postfix asks about mail.</summary>
    protected virtual Fronts Fronts => Fronts.Policy;

    protected PolicedMailSystem Mail { get; private set; } = null!;

    protected SlapdServer Slapd => Mail.Slapd;

    protected DovecotServer Dovecot => Mail.Dovecot;

    protected PostfixServer Postfix => Mail.Postfix;

    protected DaemonProcess Daemon => Mail.Daemon;

    protected override async ValueTask PrepareAsync() =>
        Mail = await PolicedMailSystem.StartAsync(Root, Configure, PostfixVersion, Mailboxes, LdapMode, ChecksPasswords, fronts: Fronts);

    /// <summary>What a scenario changes of the configuration.</summary>
    protected virtual void Configure(JsonObject configuration)
    {
    }

    /// <summary>Replaces the values of one attribute of a person in slapd; the daemon has the change when the call returns.</summary>
    protected async Task SetAsync(string login, string attribute, params string[] values)
    {
        await Slapd.SetAsync(login, attribute, values);
        if (LdapMode == LdapSection.Sync)
            await FollowedLdap.WaitUntilInForceAsync(Root, Slapd);
    }

    /// <summary>An authenticated session on the submission service.</summary>
    /// <param name="person">Whose password it is, when the login is not the person's uid.</param>
    protected async Task<SmtpDialog> LogInAsync(string login, string? person = null)
    {
        SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("submission"));
        Assert.Equal(235, (await dialog.AuthenticateAsync(login, PasswordOf(person ?? login))).Code);
        return dialog;
    }

    /// <summary>A session on port 25 from an address somewhere on the Internet.</summary>
    protected async Task<SmtpDialog> ComeFromOutsideAsync()
    {
        SmtpDialog dialog = await SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"));
        Assert.Equal(220, (await dialog.SendAsync($"XCLIENT ADDR={OutsideClient} NAME=mail.elsewhere.example")).Code);
        Assert.Equal(250, (await dialog.SendAsync("EHLO mail.elsewhere.example")).Code);
        return dialog;
    }

    /// <summary>A session on port 25 from a client in mynetworks, without login.</summary>
    protected Task<SmtpDialog> ComeFromTrustedNetworkAsync() =>
        SmtpDialog.OpenAsync(Postfix.EndpointOf("smtp"), PostfixServer.TrustedClient);

    /// <summary>The reply to RCPT of one transaction, which is then reset.</summary>
    protected static async Task<SmtpServerReply> TryRcptAsync(SmtpDialog dialog, string sender, string recipient)
    {
        Assert.Equal(250, (await dialog.MailAsync(sender)).Code);
        SmtpServerReply reply = await dialog.RcptAsync(recipient);
        Assert.Equal(250, (await dialog.SendAsync("RSET")).Code);
        return reply;
    }

    protected static void AssertReply(string expected, SmtpServerReply reply) =>
        Assert.StartsWith(expected, reply.Text, StringComparison.Ordinal);
}
