using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Somebody guesses passwords at a real Postfix, from some addresses of this machine.</summary>
public sealed class GuessingTests : StackTests
{
    private const string TooMany = "535 5.7.8 Error: authentication failed: Too many wrong passwords, try again later";

    private static readonly IPAddress Home = IPAddress.Parse("127.10.0.1");
    private static readonly IPAddress Attacker = IPAddress.Parse("127.20.0.1");

    private PolicedMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await PolicedMailSystem.StartAsync(
        Root,
        configuration => configuration["guard"] = new JsonObject { ["distinctPasswords"] = 3, ["trustedProxies"] = new JsonArray() },
        checksPasswords: true);

    [Fact]
    public async Task Who_guesses_is_locked_out_also_with_the_right_password_and_over_a_restart_and_the_account_at_home_is_not()
    {
        Assert.Equal(235, (await LoginAsync("bob", PasswordOf("bob"), Home)).Code);
        foreach (string guess in (string[])["guess1", "guess2", "guess2", "guess3"])
        {
            Stopwatch waited = Stopwatch.StartNew();
            Assert.DoesNotContain("Too many", (await LoginAsync("bob", guess, Attacker)).Text, StringComparison.Ordinal);
            Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
        }

        Assert.Equal(TooMany, (await LoginAsync("bob", PasswordOf("bob"), Attacker)).Text);
        Assert.Equal(TooMany, (await LoginAsync("alice", PasswordOf("alice"), Attacker)).Text);
        Assert.Equal(TooMany, (await LoginAsync("bob", PasswordOf("bob"), IPAddress.Parse("127.30.0.1"))).Text);
        Assert.Equal(235, (await LoginAsync("bob", PasswordOf("bob"), Home)).Code);

        await mail.Daemon.StopAsync();
        await mail.Daemon.StartAsync();
        Assert.Equal(TooMany, (await LoginAsync("bob", PasswordOf("bob"), Attacker)).Text);
        Assert.Equal(235, (await LoginAsync("bob", PasswordOf("bob"), Home)).Code);

        string locked = (await mail.Daemon.RunAsync(["guard", "show"])).EnsureSuccess().Output;
        Assert.Contains("network 127.20.0.1/32", locked, StringComparison.Ordinal);
        Assert.Contains("login bob", locked, StringComparison.Ordinal);
        (await mail.Daemon.RunAsync(["guard", "clear", "--client", "127.20.0.1"])).EnsureSuccess();
        Assert.Equal(235, (await LoginAsync("alice", PasswordOf("alice"), Attacker)).Code);
        (await mail.Daemon.RunAsync(["guard", "clear", "--login", AddressOf("bob")])).EnsureSuccess();
        Assert.Equal(235, (await LoginAsync("bob", PasswordOf("bob"), Attacker)).Code);

        string log = mail.Daemon.Log.Tail(200_000);
        Assert.Contains("guessing_locked", log, StringComparison.Ordinal);
        Assert.DoesNotContain("guess2", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Phone_with_an_old_password_locks_nobody_out()
    {
        for (int i = 0; i < 6; i++) Assert.Equal(535, (await LoginAsync("bob", "old", Home)).Code);

        Assert.Equal(235, (await LoginAsync("bob", PasswordOf("bob"), Home)).Code);
        Assert.Equal(235, (await LoginAsync("alice", PasswordOf("alice"), Home)).Code);
    }

    /// <summary>The shipped filter, by fail2ban's own program, on the lines of a real daemon. What a client types can accuse nobody else.</summary>
    [Fact]
    public async Task Fail2ban_finds_the_guessers_and_nobody_whom_they_name()
    {
        const string Forged = "x\" login_refused reason=password_wrong service=smtp client_address=203.0.113.9 account=";
        Assert.Equal(235, (await LoginAsync("alice", PasswordOf("alice"), Home)).Code);
        await LoginAsync(Forged, "x", IPAddress.Parse("127.30.0.1"));
        foreach (string guess in (string[])["guess1", "guess2", "guess3"]) await LoginAsync("bob", guess, Attacker);

        Assert.Equal(["127.20.0.1"], await FindAsync("guessing"));
        Assert.Equal(["127.20.0.1", "127.20.0.1", "127.20.0.1", "127.30.0.1"], (await FindAsync("every")).Order(StringComparer.Ordinal));
    }

    private async Task<string[]> FindAsync(string mode)
    {
        string filter = Path.Combine(Checkout.Directory, "docs", "fail2ban", "filter.d", "policydaemon.conf");
        CommandResult found = await Command.RunAsync("fail2ban-regex", ["--out", "id", mail.Daemon.Log.Path, $"{filter}[mode={mode}]"]);
        return found.EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<SmtpServerReply> LoginAsync(string login, string password, IPAddress from)
    {
        await using SmtpDialog dialog = await SmtpDialog.OpenAsync(mail.Postfix.EndpointOf("submission"), from);
        return await dialog.AuthenticateAsync(login, password);
    }
}
