using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>How a real provider ends a synchronization, and what it does when we are slow.</summary>
public sealed class SyncRefusalsOnSlapdTests : StackTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    /// <summary>The answer cannot be told from one to a cookie that was understood: it names nobody as deleted.</summary>
    [Theory]
    [InlineData("rid=000,csn=garbage")]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("rid=000")]
    [InlineData("csn=20261121101500.123456Z#000000#000#000000")]
    public async Task Cookie_that_tells_slapd_nothing_counts_as_none(string cookie)
    {
        var slapd = await SlapdServer.StartAsync(Root);
        var messages = await RefreshAsync(slapd, SyncCookie.Read(cookie));
        Assert.Equal(Logins.Count, messages.OfType<SyncEntry>().Count(entry => entry.State == SyncState.Add));
        Assert.False(Assert.IsType<SyncPhaseEnd>(messages[^1]).IsPresentPhase);
    }

    [Fact]
    public async Task Cookie_newer_than_the_provider_is_refused()
    {
        var slapd = await SlapdServer.StartAsync(Root);
        var end = await EndAsync(slapd, SyncCookie.Read("rid=000,csn=20991121101500.123456Z#000000#000#000000"));
        Assert.Equal(LdapResultCode.UnwillingToPerform, end.Result.Code);
        Assert.Contains("consumer state is newer than provider", end.Result.Diagnostic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Base_that_does_not_exist_is_told()
    {
        var slapd = await SlapdServer.StartAsync(Root);
        var end = await EndAsync(slapd, request: SyncFollower.People with { BaseDn = $"ou=nowhere,{Suffix}" });
        Assert.Equal(LdapResultCode.NoSuchObject, end.Result.Code);
    }

    [Fact]
    public async Task Base_made_anew_is_told_late_by_the_search_and_at_once_by_a_probe()
    {
        var slapd = await SlapdServer.StartAsync(Root);
        await using var session = await SyncFollower.OpenAsync(Root, slapd);
        await session.ReadRefreshAsync();
        var before = await session.Stream.ProbeAsync(People, TestToken);
        foreach (var login in Logins)
        {
            await slapd.DeleteAsync(DnOf(login));
            await session.ReadAsync<SyncEntry>();
        }

        await slapd.DeleteAsync(People);
        Assert.Equal(SyncProbe.Nothing, await session.Stream.ProbeAsync(People, TestToken));
        await slapd.AddAsync($"dn: {People}\nobjectClass: organizationalUnit\nou: people\n\n{Person("bob")}");
        Assert.NotEqual(before.Id, (await session.Stream.ProbeAsync(People, TestToken)).Id);

        // Nothing of bob: he is added below a base that the search does not know.
        await session.ReadAsync<SyncNewCookie>();
        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        Assert.Equal(LdapResultCode.SyncRefreshRequired, (await session.ReadAsync<SyncEnd>()).Result.Code);
    }

    [Fact]
    public async Task Limit_of_entries_ends_the_refresh_as_an_error()
    {
        var slapd = await SlapdServer.StartAsync(Root, new SlapdOptions { SizeLimit = "3" });
        var messages = await RefreshAsync(slapd, null);
        Assert.Equal(3, messages.OfType<SyncEntry>().Count());
        Assert.Equal(LdapResultCode.SizeLimitExceeded, Assert.IsType<SyncEnd>(messages[^1]).Result.Code);
    }

    [Fact]
    public async Task Server_without_the_overlay_refuses_the_control()
    {
        var slapd = await SlapdServer.StartAsync(Root, new SlapdOptions { HasSyncProvider = false });
        Assert.Equal(LdapResultCode.UnavailableCriticalExtension, (await EndAsync(slapd)).Result.Code);
    }

    [Fact]
    public async Task Server_that_stops_ends_the_stream()
    {
        var slapd = await SlapdServer.StartAsync(Root);
        await using var session = await SyncFollower.OpenAsync(Root, slapd);
        await session.ReadRefreshAsync();
        await slapd.StopAsync();
        await Assert.ThrowsAsync<LdapConnectionLostException>(session.ReadAsync);
    }

    [Fact]
    public async Task Slow_reader_makes_slapd_wait_and_gets_everything()
    {
        const int Others = 20_000;
        var others = string.Concat(Enumerable.Range(0, Others).Select(i => $"\n{Person($"u{i}", $"description: {new string('x', 500)}")}"));
        var slapd = await SlapdServer.StartAsync(Root, new SlapdOptions { Seed = Ldif + others });
        await using var session = await SyncFollower.OpenAsync(
            Root, slapd, request: SyncFollower.People with { Attributes = ["uid", "description"] });
        for (var before = -1L; before != session.Stream.Received; await Task.Delay(1000, TestToken))
            before = session.Stream.Received;
        Assert.DoesNotContain("SEARCH RESULT", slapd.Log.ReadFrom(), StringComparison.Ordinal);

        var messages = await session.ReadRefreshAsync();
        Assert.Equal(Others + Logins.Count, messages.OfType<SyncEntry>().Select(entry => entry.Id).Distinct().Count());
        await slapd.SetAsync("bob", "tnAccountStatus", "locked");
        Assert.Equal(["bob"], (await session.ReadAsync<SyncEntry>()).Entry.Texts("uid"));
    }

    private async Task<SyncEnd> EndAsync(SlapdServer slapd, SyncCookie? cookie = null, LdapSearchRequest? request = null) =>
        Assert.IsType<SyncEnd>(Assert.Single(await RefreshAsync(slapd, cookie, request)));

    private async Task<List<SyncMessage>> RefreshAsync(SlapdServer slapd, SyncCookie? cookie, LdapSearchRequest? request = null)
    {
        await using var session = await SyncFollower.OpenAsync(Root, slapd, cookie, request);
        return await session.ReadRefreshAsync();
    }
}
