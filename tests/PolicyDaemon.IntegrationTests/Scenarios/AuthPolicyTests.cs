using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A real Dovecot with passwords in a file of its own, that has the daemon as auth policy server by the shipped snippet.</summary>
public abstract class AuthPolicyTests(string version) : StackTests
{
    private static readonly IPAddress Home = IPAddress.Parse("127.0.0.5");
    private static readonly IPAddress Phone = IPAddress.Parse("127.0.0.6");
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.9");

    private DovecotMailSystem mail = null!;

    /// <summary>Four guesses, so that what the guard makes guessers wait is short; and clients of this machine are clients here.</summary>
    protected override async ValueTask PrepareAsync() => mail = await DovecotMailSystem.StartAsync(
        Root, version, configuration => configuration["guard"] = new JsonObject { ["distinctPasswords"] = 4, ["trustedProxies"] = new JsonArray() }, route: DovecotRoute.AuthPolicy);

    [Fact]
    public async Task Guesser_is_locked_out_and_a_phone_with_an_old_password_and_a_known_network_are_not()
    {
        Assert.StartsWith("OK", await LogInAsync("alice", PasswordOf("alice"), Home), StringComparison.Ordinal);
        for (int i = 0; i < 5; i++) Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("alice", "old", Phone), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("alice", PasswordOf("alice"), Phone), StringComparison.Ordinal);

        for (int i = 0; i < 3; i++) Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("alice", $"guess{i}", Attacker), StringComparison.Ordinal);
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("bob", "guess3", Attacker), StringComparison.Ordinal);
        await mail.Daemon.Log.WaitForAsync("subject=\"network 127.0.0.9/32\"");
        foreach (string login in (string[])["alice", "bob"])
            Assert.Contains("Too many wrong passwords", await LogInAsync(login, PasswordOf(login), Attacker), StringComparison.Ordinal);
        Assert.Contains("Too many wrong passwords", await LogInAsync("alice", PasswordOf("alice"), IPAddress.Parse("127.0.0.10")), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("alice", PasswordOf("alice"), Home), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("bob", PasswordOf("bob"), Home), StringComparison.Ordinal);

        string log = mail.Daemon.Log.Tail(1000) + mail.Dovecot.Log.Tail(1000);
        Assert.Contains("login_refused reason=password_reported service=imap client_address=127.0.0.9 account=alice", log, StringComparison.Ordinal);
        Assert.Contains("login_refused reason=guessing_network service=imap client_address=127.0.0.9", log, StringComparison.Ordinal);
        foreach (string secret in (string[])["guess0", PasswordOf("alice"), DovecotMailSystem.Secret]) Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_daemon_logins_go_on_as_dovecot_decides_them()
    {
        Assert.Equal("", await mail.Dovecot.CheckAsync());
        await mail.Daemon.StopAsync();
        Assert.StartsWith("OK", await LogInAsync("alice", PasswordOf("alice"), Home), StringComparison.Ordinal);
        Assert.StartsWith("NO [AUTHENTICATIONFAILED]", await LogInAsync("alice", "wrong", Home), StringComparison.Ordinal);
        await mail.Daemon.StartAsync();
        Assert.StartsWith("OK", await LogInAsync("alice", PasswordOf("alice"), Home), StringComparison.Ordinal);
    }

    private Task<string> LogInAsync(string login, string password, IPAddress client) =>
        MailLogins.OverImapAsync(mail.Dovecot.EndpointOf("imap"), $"LOGIN {login} {password}", client);
}

public sealed class Dovecot23AuthPolicyTests() : AuthPolicyTests("2.3");

public sealed class Dovecot24AuthPolicyTests() : AuthPolicyTests("2.4");
