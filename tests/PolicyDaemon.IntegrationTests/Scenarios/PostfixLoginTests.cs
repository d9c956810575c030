using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Logins of a real Postfix that asks the daemon, by the shipped snippets as they are; passwords are slapd's.</summary>
public abstract class PostfixLoginTests(string version) : StackTests
{
    private PolicedMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await PolicedMailSystem.StartAsync(Root, postfix: version, checksPasswords: true);

    [Fact]
    public async Task Plain_and_login_let_in_by_login_and_by_address_and_the_message_goes_its_way()
    {
        foreach (string login in (string[])["alice", AddressOf("alice"), "ALICE@TrueNorth.Local"])
        {
            await using SmtpDialog dialog = await OpenAsync();
            Assert.Equal(235, (await dialog.AuthenticateAsync(login, PasswordOf("alice"))).Code);
            Assert.Equal(250, (await dialog.SubmitAsync(AddressOf("alice"), AddressOf("bob"), "hello")).Code);
        }

        await using SmtpDialog other = await OpenAsync();
        Assert.Equal("334 VXNlcm5hbWU6", (await other.SendAsync("AUTH LOGIN")).Text);
        Assert.Equal("334 UGFzc3dvcmQ6", (await other.SendAsync(Base64("bob"))).Text);
        Assert.Equal(235, (await other.SendAsync(Base64(PasswordOf("bob")))).Code);
        await mail.Postfix.WaitUntilQueueIsEmptyAsync();
    }

    [Fact]
    public async Task Wrong_password_and_unknown_login_are_535_alike()
    {
        await using SmtpDialog dialog = await OpenAsync();
        string wrong = (await dialog.AuthenticateAsync("alice", "wrong")).Text;
        Assert.StartsWith("535 5.7.8 Error: authentication failed:", wrong, StringComparison.Ordinal);
        foreach (string login in (string[])["nobody", "*)(uid=*", "a'b;--", "\u00fc\u00fc"])
            Assert.Equal(wrong, (await dialog.AuthenticateAsync(login, "wrong")).Text);
        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
    }

    /// <summary>erin is offboarded, carol may not send, dave is disabled: only erin may not log in, and only with the password does she hear why.</summary>
    [Fact]
    public async Task Who_may_not_send_logs_in_and_cannot_send_and_who_may_not_log_in_is_told_so()
    {
        await using SmtpDialog erin = await OpenAsync();
        Assert.Equal("535 5.7.8 Error: authentication failed: This account may not log in", (await erin.AuthenticateAsync("erin", PasswordOf("erin"))).Text);
        Assert.DoesNotContain("may not log in", (await erin.AuthenticateAsync("erin", "wrong")).Text, StringComparison.Ordinal);

        foreach (string login in (string[])["carol", "dave"])
        {
            await using SmtpDialog dialog = await OpenAsync();
            Assert.Equal(235, (await dialog.AuthenticateAsync(login, PasswordOf(login))).Code);
            Assert.StartsWith("554 5.7.1", (await dialog.SubmitAsync(AddressOf(login), AddressOf("bob"))).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Login_that_the_client_gives_up_harms_nobody()
    {
        await using SmtpDialog dialog = await OpenAsync();
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Assert.Equal(334, (await dialog.SendAsync("AUTH LOGIN")).Code);
            Assert.Equal(501, (await dialog.SendAsync("*")).Code);
        }

        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
    }

    [Fact]
    public async Task Message_of_eight_thousand_octets_is_a_wrong_password_and_what_is_no_message_a_failed_login()
    {
        await using SmtpDialog dialog = await OpenAsync();
        foreach (string message in (string[])[Base64($"\0alice\0{new string('x', 8000)}"), Base64("alice"), Base64("\0\0"), Base64($"\0alice\0{PasswordOf("alice")}\0x"), "YQ"])
        {
            Assert.Equal(334, (await dialog.SendAsync("AUTH PLAIN")).Code);
            Assert.Equal(535, (await dialog.SendAsync(message)).Code);
        }

        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
    }

    [Fact]
    public async Task Outage_is_454_and_never_535_and_ends_by_itself()
    {
        await mail.Slapd.StopAsync();
        foreach (string password in (string[])[PasswordOf("alice"), "wrong"])
        {
            await using SmtpDialog dialog = await OpenAsync();
            Assert.StartsWith("454 4.7.0", (await dialog.AuthenticateAsync("alice", password)).Text, StringComparison.Ordinal);
        }

        await mail.Slapd.StartAsync();
        await Wait.UntilAsync(
            async () =>
            {
                await using SmtpDialog dialog = await OpenAsync();
                SmtpServerReply reply = await dialog.AuthenticateAsync("alice", PasswordOf("alice"));
                Assert.NotEqual(535, reply.Code);
                return reply.Code == 235;
            },
            "alice gets in again");
    }

    [Fact]
    public async Task Server_that_hangs_is_454_within_postfix_time()
    {
        mail.Slapd.Pause();
        await using SmtpDialog dialog = await OpenAsync();
        Assert.StartsWith("454 4.7.0", (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Text, StringComparison.Ordinal);
        mail.Slapd.Resume();
    }

    [Fact]
    public async Task Restart_of_the_daemon_between_two_logins_of_a_session_is_not_noticed()
    {
        await using SmtpDialog dialog = await OpenAsync();
        Assert.Equal(535, (await dialog.AuthenticateAsync("alice", "wrong")).Code);
        await mail.Daemon.StopAsync();
        await mail.Daemon.StartAsync();
        Assert.Equal(235, (await dialog.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
    }

    [Fact]
    public async Task Postfix_check_has_nothing_to_say_and_no_password_is_in_any_log()
    {
        await using SmtpDialog dialog = await OpenAsync();
        await dialog.AuthenticateAsync("alice", "wr0ng-secret");
        await dialog.AuthenticateAsync("alice", PasswordOf("alice"));

        Assert.DoesNotMatch("warning|error|fatal", await mail.Postfix.CheckAsync());
        string logs = mail.Daemon.Log.Tail(100_000);
        Assert.Contains("login_refused reason=password_wrong service=smtp", logs, StringComparison.Ordinal);
        foreach (string secret in (string[])["wr0ng-secret", PasswordOf("alice"), Base64("\0alice\0wr0ng-secret"), Base64($"\0alice\0{PasswordOf("alice")}")])
            Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private Task<SmtpDialog> OpenAsync() => SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
}

public sealed class Postfix37LoginTests() : PostfixLoginTests("3.7");

public sealed class Postfix310LoginTests() : PostfixLoginTests("3.10");
