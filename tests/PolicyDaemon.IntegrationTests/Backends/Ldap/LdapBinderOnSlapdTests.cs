using System.Diagnostics;
using System.Text;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>Passwords against real servers.</summary>
public sealed class LdapBinderOnSlapdTests : StackTests
{
    /// <summary>Of the fixture, which waits until the port is open.</summary>
    private const int ConnectionsOfStart = 1;

    private SlapdServer slapd = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private LdapOptions Options => SlapdAccess.Options(Root, slapd);

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Fact]
    public async Task Right_and_wrong_are_told_apart_on_every_way_in()
    {
        foreach (var options in new[] { Options, Options with { StartTls = true }, At(slapd.TlsUrl), At(slapd.UnixUrl) })
        {
            await using LdapBinder binder = new(options, TimeProvider.System);
            foreach (var login in Logins)
            {
                Assert.Equal(LdapPasswordCheck.Right, await CheckAsync(binder, login, PasswordOf(login)));
                Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, login, PasswordOf(login) + "x")).Answer);
            }
        }

        Assert.Contains("TLS established", slapd.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hashes_of_crypt_are_checked_by_the_server()
    {
        var hash = (await Command.RunAsync("openssl", ["passwd", "-6", "-stdin"], "crypt-pw\n")).EnsureSuccess().Output.Trim();
        await slapd.SetAsync("bob", "userPassword", $"{{CRYPT}}{hash}");
        await using LdapBinder binder = new(Options, TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "crypt-pw")).Answer);
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
    }

    [Fact]
    public async Task Unknown_person_and_one_without_password_are_wrong()
    {
        await slapd.SetAsync("bob", "userPassword");
        await using LdapBinder binder = new(Options, TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, "nobody", "bob-pw")).Answer);
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, "alice", "")).Answer);
        Assert.DoesNotContain("BIND dn=\"\"", slapd.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_password_counts_at_once_on_the_kept_connection()
    {
        await using LdapBinder binder = new(Options, TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        await slapd.SetAsync("bob", "userPassword", "new");
        Assert.Equal(LdapPasswordAnswer.Wrong, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "new")).Answer);
        Assert.Equal(1, slapd.Log.ReadFrom().Split("ACCEPT from IP").Length - 1 - ConnectionsOfStart);
    }

    [Fact]
    public async Task Many_at_once_each_get_their_own_answer()
    {
        await using LdapBinder binder = new(Options, TimeProvider.System);
        var checks = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
        {
            var login = Logins[i % Logins.Count];
            var isRight = i % 3 != 0;
            return (isRight, (await CheckAsync(binder, login, isRight ? PasswordOf(login) : "wrong")).Answer);
        }));
        Assert.All(checks, check => Assert.Equal(check.isRight ? LdapPasswordAnswer.Right : LdapPasswordAnswer.Wrong, check.Answer));
    }

    [Fact]
    public async Task Server_that_stopped_is_unavailable_and_after_its_start_asked_again()
    {
        await using LdapBinder binder = new(Options, TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        await slapd.StopAsync();
        var check = await CheckAsync(binder, "bob", "bob-pw");
        Assert.Equal(LdapPasswordAnswer.Unavailable, check.Answer);
        Assert.Contains("Connection refused", check.Cause, StringComparison.Ordinal);
        await slapd.StartAsync();
        await Wait.UntilAsync(async () => (await CheckAsync(binder, "bob", "bob-pw")).Answer == LdapPasswordAnswer.Right, "the server is asked again");
    }

    [Fact]
    public async Task Server_restarted_between_two_checks_is_not_noticed()
    {
        await using LdapBinder binder = new(Options, TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        await slapd.RestartAsync();
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
    }

    [Fact]
    public async Task Hung_server_costs_a_timeout_once_and_the_next_one_answers()
    {
        var second = await SlapdServer.StartAsync(Root, new SlapdOptions { Name = "ldap2" });
        await using LdapBinder binder = new(SlapdAccess.Options(Root, slapd, second), TimeProvider.System);
        Assert.Equal(LdapPasswordAnswer.Right, (await CheckAsync(binder, "bob", "bob-pw")).Answer);
        slapd.Pause();
        Assert.InRange(await TimeAsync(binder), SlapdAccess.Timeout * 0.9, SlapdAccess.Timeout * 2);
        Assert.InRange(await TimeAsync(binder), TimeSpan.Zero, SlapdAccess.Timeout * 0.8);
        slapd.Resume();
    }

    [Fact]
    public async Task Wrong_authority_sees_no_password()
    {
        await using LdapBinder binder = new(Options with { StartTls = true, CaFile = Root.Certificates.OtherAuthorityFile }, TimeProvider.System);
        var check = await CheckAsync(binder, "bob", "bob-pw");
        Assert.Equal(LdapPasswordAnswer.Unavailable, check.Answer);
        Assert.Contains("which the CA file does not trust", check.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("BIND dn", slapd.Log.ReadFrom(), StringComparison.Ordinal);
    }

    private static Task<LdapPasswordCheck> CheckAsync(LdapBinder binder, string login, string password) =>
        binder.CheckAsync(DnOf(login), Encoding.UTF8.GetBytes(password), TestToken);

    private static async Task<TimeSpan> TimeAsync(LdapBinder binder)
    {
        var started = Stopwatch.GetTimestamp();
        var check = await CheckAsync(binder, "bob", "bob-pw");
        Assert.True(check.Answer == LdapPasswordAnswer.Right, check.Cause);
        return Stopwatch.GetElapsedTime(started);
    }

    private LdapOptions At(string url) => Options with { Urls = [SlapdAccess.Url(url)] };
}
