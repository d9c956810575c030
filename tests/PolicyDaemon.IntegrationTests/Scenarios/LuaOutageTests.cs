using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>What Dovecot's own auth process makes of a daemon that hangs, is away, or does not share its secret: never a wrong password.</summary>
public abstract class LuaOutageTests(string version) : StackTests
{
    private DovecotMailSystem mail = null!;

    protected override async ValueTask PrepareAsync()
    {
        mail = await DovecotMailSystem.StartAsync(Root, version, route: DovecotRoute.Lua);
        await AssertItServesAsync();
    }

    [Fact]
    public async Task Daemon_that_hangs_is_an_outage_that_ends_by_itself()
    {
        mail.Daemon.Pause();
        await AssertOutageAsync();
        mail.Daemon.Resume();
        await AssertItServesAsync();
    }

    [Fact]
    public async Task Daemon_that_is_away_is_an_outage_that_ends_by_itself()
    {
        await mail.Daemon.StopAsync();
        await AssertOutageAsync();
        await mail.Daemon.StartAsync();
        await AssertItServesAsync();
    }

    [Fact]
    public async Task Wrong_secret_is_an_outage_until_the_right_one_is_in_its_file()
    {
        Root.WriteFile("dovecot-secret", "not-the-daemons-secret\n", 0b110_000_000);
        await AssertOutageAsync();
        await mail.Daemon.Log.WaitForAsync("peer_refused protocol=authHttp");
        Root.WriteFile("dovecot-secret", $"{DovecotMailSystem.Secret}\n", 0b110_000_000);
        await AssertItServesAsync();
    }

    private async Task AssertOutageAsync()
    {
        string[] replies = await Task.WhenAll(
            LogInAsync("imap", PasswordOf("bob")), LogInAsync("imap", "wrong"), LogInAsync("pop3", PasswordOf("bob")), LogInAsync("sieve", PasswordOf("bob")),
            mail.DeliverAsync(AddressOf("bob")), mail.DeliverAsync("nobody@truenorth.local"));
        Assert.All(replies, reply => Assert.Matches(@"^(NO \[UNAVAILABLE\]|-ERR \[SYS/TEMP\]|NO \(TRYLATER\)|451 4\.3\.0)", reply));
    }

    private async Task AssertItServesAsync()
    {
        Assert.StartsWith("OK", await LogInAsync("imap", PasswordOf("bob")), StringComparison.Ordinal);
        Assert.StartsWith("250 2.0.0", await mail.DeliverAsync(AddressOf("bob")), StringComparison.Ordinal);
    }

    private Task<string> LogInAsync(string protocol, string password) => MailLogins.LogInAsync(protocol, mail.Dovecot.EndpointOf(protocol), "bob", password);
}

public sealed class Dovecot23LuaOutageTests() : LuaOutageTests("2.3");

public sealed class Dovecot24LuaOutageTests() : LuaOutageTests("2.4");
