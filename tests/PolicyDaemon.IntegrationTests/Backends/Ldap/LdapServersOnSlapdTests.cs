using System.Diagnostics;
using System.Globalization;
using System.Net;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>The LDAP client against real servers: every way in, every way to be refused, every way for a server to fail.</summary>
public sealed class LdapServersOnSlapdTests : StackTests
{
    private static readonly LdapSearchRequest Question = new()
    {
        BaseDn = Suffix, Filter = LdapFilter.Equal("uid", "alice"), Attributes = ["uid", "mail"], SizeLimit = 2,
    };

    private SlapdServer slapd = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private LdapOptions Options => SlapdAccess.Options(Root, slapd);

    protected override async ValueTask PrepareAsync() => slapd = await SlapdServer.StartAsync(Root);

    [Fact]
    public async Task Every_way_in_finds_the_entry()
    {
        foreach (var options in new[] { Options, Options with { StartTls = true }, At(slapd.TlsUrl), At(slapd.UnixUrl) })
        {
            var answer = await AskAsync(options);
            Assert.True(answer.IsFound, answer.Cause);
            Assert.Equal(["alice@truenorth.local"], Assert.Single(answer.Value.Entries).Texts("mail"));
        }

        Assert.Equal(2, CountInLog("TLS established"));
    }

    [Fact]
    public async Task Wrong_authority_is_refused_and_sees_no_password()
    {
        foreach (var options in new[] { Options with { StartTls = true }, At(slapd.TlsUrl) })
        {
            var answer = await AskAsync(options with { CaFile = Root.Certificates.OtherAuthorityFile });
            Assert.True(answer.IsUnavailable);
            Assert.Contains("TLS: the certificate comes from CN=PolicyDaemon test CA, which the CA file does not trust", answer.Cause, StringComparison.Ordinal);
        }

        Assert.Equal(0, CountInLog("BIND dn"));
    }

    [Fact]
    public async Task Wrong_name_is_refused_with_the_names_that_the_certificate_has()
    {
        await using NetworkLink relay = NetworkLink.Start(Root, slapd.TlsEndpoint, IPAddress.Parse("127.0.0.3"));
        var answer = await AskAsync(At($"ldaps://{relay.Endpoint}"));
        Assert.True(answer.IsUnavailable);
        Assert.Contains("TLS: the certificate is for localhost, mail.truenorth.local, 127.0.0.1", answer.Cause, StringComparison.Ordinal);
        Assert.Contains("not for 127.0.0.3", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_password_is_unavailable_and_a_right_one_in_the_file_mends_it()
    {
        var options = Options;
        await File.WriteAllTextAsync(options.BindPasswordFile!, "wrong", TestToken);
        var answer = await AskAsync(options);
        Assert.True(answer.IsUnavailable);
        Assert.Contains($"bind as {ServiceDn}: invalidCredentials (49)", answer.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", answer.Cause, StringComparison.Ordinal);

        await File.WriteAllTextAsync(options.BindPasswordFile!, ServicePassword, TestToken);
        Assert.True((await AskAsync(options)).IsFound);
    }

    [Fact]
    public async Task Base_that_is_missing_or_hidden_from_us_is_unavailable()
    {
        var missing = await AskAsync(Options, Question with { BaseDn = $"ou=nowhere,{Suffix}" });
        Assert.Contains("noSuchObject (32)", missing.Cause, StringComparison.Ordinal);
        var hidden = await AskAsync(Options with { BindDn = null });
        Assert.Contains("noSuchObject (32)", hidden.Cause, StringComparison.Ordinal);
        Assert.True(missing.IsUnavailable && hidden.IsUnavailable);
    }

    [Fact]
    public async Task Size_limit_is_reported_with_the_entries_it_let_through()
    {
        var answer = await AskAsync(Options, Question with { Filter = LdapFilter.Present("mail") });
        Assert.Equal(LdapResultCode.SizeLimitExceeded, answer.Value?.Result.Code);
        Assert.Equal(2, answer.Value!.Entries.Count);
    }

    [Fact]
    public async Task Values_are_values_whatever_is_in_them()
    {
        await using var servers = Servers(Options);
        foreach (var value in new[] { "*", "*)(uid=*", "alice)(|(uid=*", "\\2a", "a\0b", "\"", "jürgen", new string('x', 300), "" })
        {
            var answer = await servers.SearchAsync(Question with { Filter = LdapFilter.Equal("uid", value) }, TestToken);
            Assert.True(answer.IsFound, answer.Cause);
            Assert.Empty(answer.Value.Entries);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thousand_searches_at_once_each_get_their_own_answer(bool overTls)
    {
        await slapd.AddAsync(string.Join('\n', Enumerable.Range(0, 1000).Select(i => Person($"u{i}"))));
        await using var servers = Servers(overTls ? At(slapd.TlsUrl) : Options);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"u{i}");
            var answer = await servers.SearchAsync(Question with { Filter = LdapFilter.Equal("uid", name) }, TestToken);
            Assert.Equal([name], Assert.Single(answer.Value!.Entries).Texts("uid"));
        }));
        Assert.Equal(1, CountInLog($"BIND dn=\"{ServiceDn}\" method="));
    }

    [Fact]
    public async Task Hung_first_server_delays_one_question_within_the_deadline_and_then_none()
    {
        var second = await SlapdServer.StartAsync(Root, new SlapdOptions { Name = "ldap2" });
        await using var servers = Servers(SlapdAccess.Options(Root, slapd, second));
        slapd.Pause();

        var first = await TimeAsync(servers);
        Assert.Equal(second.Url, first.Server);
        Assert.InRange(first.Took, SlapdAccess.Timeout * 0.9, SlapdAccess.Timeout * 2);
        for (var i = 0; i < 20; i++)
        {
            var later = await TimeAsync(servers);
            Assert.Equal(second.Url, later.Server);
            Assert.InRange(later.Took, TimeSpan.Zero, SlapdAccess.Timeout * 0.8);
        }

        slapd.Resume();
        await Wait.UntilAsync(async () => (await TimeAsync(servers)).Server == slapd.Url, "the preferred server is used again");
    }

    [Fact]
    public async Task Connection_that_hung_meanwhile_does_not_hang_the_next_question()
    {
        var second = await SlapdServer.StartAsync(Root, new SlapdOptions { Name = "ldap2" });
        await using var servers = Servers(SlapdAccess.Options(Root, slapd, second));
        Assert.Equal(slapd.Url, (await TimeAsync(servers)).Server);
        slapd.Pause();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TimeAsync(servers)));
        Assert.All(answers, answer => Assert.Equal(second.Url, answer.Server));
        Assert.All(answers, answer => Assert.InRange(answer.Took, TimeSpan.Zero, SlapdAccess.Timeout * 2));
    }

    [Fact]
    public async Task Killed_server_fails_over_at_once_and_is_used_again_after_its_start()
    {
        var second = await SlapdServer.StartAsync(Root, new SlapdOptions { Name = "ldap2" });
        await using var servers = Servers(SlapdAccess.Options(Root, slapd, second));
        Assert.Equal(slapd.Url, (await TimeAsync(servers)).Server);
        await slapd.KillAsync();
        var failed = await TimeAsync(servers);
        Assert.Equal(second.Url, failed.Server);
        Assert.InRange(failed.Took, TimeSpan.Zero, SlapdAccess.Timeout * 0.8);

        await slapd.StartAsync();
        await Wait.UntilAsync(async () => (await TimeAsync(servers)).Server == slapd.Url, "the preferred server is used again");
    }

    [Fact]
    public async Task Server_restarted_between_two_questions_is_not_noticed()
    {
        await using var servers = Servers(Options);
        Assert.Equal(slapd.Url, (await TimeAsync(servers)).Server);
        await slapd.StopAsync();
        await slapd.StartAsync();
        Assert.Equal(slapd.Url, (await TimeAsync(servers)).Server);
    }

    [Fact]
    public async Task Only_server_killed_is_unavailable_at_once_and_recovers_by_itself()
    {
        await using var servers = Servers(Options);
        await servers.SearchAsync(Question, TestToken);
        await slapd.KillAsync();
        for (var i = 0; i < 10; i++)
        {
            var answer = await servers.SearchAsync(Question, TestToken);
            Assert.True(answer.IsUnavailable);
            Assert.Contains("Connection refused", answer.Cause, StringComparison.Ordinal);
        }

        await slapd.StartAsync();
        await Wait.UntilAsync(async () => (await servers.SearchAsync(Question, TestToken)).IsFound, "the server is used again");
    }

    private static LdapServers Servers(LdapOptions options) => new("ldap", options, TimeProvider.System, static _ => { });

    private static async Task<Lookup<LdapSearchResult>> AskAsync(LdapOptions options, LdapSearchRequest? request = null)
    {
        await using var servers = Servers(options);
        return await servers.SearchAsync(request ?? Question, TestToken);
    }

    private static async Task<(string Server, TimeSpan Took)> TimeAsync(LdapServers servers)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await servers.SearchAsync(Question, TestToken);
        Assert.True(answer.IsFound, answer.Cause);
        return (answer.Provenance.Entry, Stopwatch.GetElapsedTime(started));
    }

    private int CountInLog(string text) => slapd.Log.ReadFrom().Split(text).Length - 1;

    private LdapOptions At(string url) => Options with { Urls = [SlapdAccess.Url(url)] };
}
