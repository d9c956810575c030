using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What who logs in sees while no daemon runs and nobody holds its sockets: the table of docs/authentication.md. LMTP's row is with the mailboxes.</summary>
public abstract class PostfixWithoutDaemonTests(string version) : StackTests
{
    [Fact]
    public async Task Open_session_is_told_454_and_a_new_one_is_not_greeted_until_the_daemon_is_back()
    {
        PolicedMailSystem mail = await PolicedMailSystem.StartAsync(Root, postfix: version, checksPasswords: true);
        await using SmtpDialog open = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"));
        await mail.Daemon.StopAsync();
        Assert.StartsWith("454 4.7.0", (await open.AuthenticateAsync("alice", PasswordOf("alice"))).Text, StringComparison.Ordinal);
        Assert.Equal(0, await GreetAsync());

        await mail.Daemon.StartAsync();
        Assert.Equal(235, (await open.AuthenticateAsync("alice", PasswordOf("alice"))).Code);
        await Wait.UntilAsync(async () => await GreetAsync() == 220, "a new session is greeted");

        async Task<int> GreetAsync()
        {
            await using SmtpDialog dialog = await SmtpDialog.ConnectAsync(mail.Postfix.EndpointOf("submission"));
            return (await dialog.ReadReplyAsync()).Code;
        }
    }
}

public sealed class Postfix37WithoutDaemonTests() : PostfixWithoutDaemonTests("3.7");

public sealed class Postfix310WithoutDaemonTests() : PostfixWithoutDaemonTests("3.10");

/// <inheritdoc cref="PostfixWithoutDaemonTests"/>
public abstract class DovecotWithoutDaemonTests(string version) : StackTests
{
    [Fact]
    public async Task Login_waits_and_is_answered_when_the_daemon_is_back()
    {
        DovecotMailSystem mail = await DovecotMailSystem.StartAsync(Root, version);
        await using LineDialog open = await LineDialog.OpenAsync(mail.Dovecot.EndpointOf("imap"));
        await open.ReadUntilAsync("* OK");
        await mail.Daemon.StopAsync();
        await open.SendAsync($"a LOGIN alice {PasswordOf("alice")}");
        Task<string> reply = open.ReadUntilAsync("a ");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        Assert.False(reply.IsCompleted);

        await mail.Daemon.StartAsync();
        Assert.StartsWith("a OK", await reply, StringComparison.Ordinal);
        Assert.StartsWith("OK", await MailLogins.LogInAsync("imap", mail.Dovecot.EndpointOf("imap"), "alice", PasswordOf("alice")), StringComparison.Ordinal);
    }
}

public sealed class Dovecot23WithoutDaemonTests() : DovecotWithoutDaemonTests("2.3");

public sealed class Dovecot24WithoutDaemonTests() : DovecotWithoutDaemonTests("2.4");
