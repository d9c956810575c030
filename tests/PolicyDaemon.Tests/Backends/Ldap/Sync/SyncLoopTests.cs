using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>Whom the loop follows, when it tries again, and with which cookie.</summary>
public sealed class SyncLoopTests
{
    [Fact]
    public async Task Provider_that_was_followed_well_is_followed_again_at_once_by_cookie()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.Clock.Advance(SyncSession.WellAfter);
        bench.One.Refresh = _ => [Done(null)];
        bench.One.Last.Break("the server closed the connection");
        await SyncBench.UntilAsync(() => bench.Told<SyncRefreshed>().Count == 2);
        Assert.Equal(Cookie(10).Text, bench.One.Last.Cookie!.Text);
        Assert.True(bench.One.Connections.First().IsDisposed);
        Assert.Empty(bench.Told<SyncInterrupted>());
    }

    [Fact]
    public async Task Provider_that_is_away_for_a_minute_is_found_again_within_a_second()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Refusal = SyncBench.Refused;
        bench.One.Last.Break("the server closed the connection");
        await bench.AdvanceUntilAsync(() => bench.One.Attempts > 150);
        bench.One.Refusal = null;
        var took = await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Connected);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Single(bench.Told<SyncInterrupted>());
    }

    [Fact]
    public async Task Refused_bind_is_tried_slowly_while_the_next_provider_is_followed()
    {
        await using var bench = new SyncBench(providers: 2);
        bench.One.Refusal = new LdapBindException("bind as cn=policydaemon: invalidCredentials (49)");
        await bench.FollowedAsync();
        Assert.Equal(Url("two").Text, bench.Status.Provider);
        for (var i = 0; i < 10; i++)
        {
            bench.Two.Last.Break("the server closed the connection");
            await bench.AdvanceUntilAsync(() => bench.Two.Connections.Count == i + 2 && bench.Status.Connection == SyncConnection.Connected, 20);
        }

        Assert.Equal(1, bench.One.Attempts);
    }

    [Fact]
    public async Task Refused_bind_is_told_at_once_with_advice()
    {
        await using var bench = new SyncBench();
        bench.One.Refusal = new LdapBindException("bind as cn=policydaemon: invalidCredentials (49)");
        bench.Directory.Start();
        await SyncBench.UntilAsync(() => bench.Told<SyncInterrupted>().Count == 1);
        var told = bench.Told<SyncInterrupted>()[0];
        Assert.Equal("ldap://one.example: bind as cn=policydaemon: invalidCredentials (49)", told.Cause);
        Assert.Contains("password file", told.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LdapResultCode.SizeLimitExceeded, "size=unlimited")]
    [InlineData(LdapResultCode.NoSuchObject, "baseDn")]
    [InlineData(LdapResultCode.InsufficientAccessRights, "ACL")]
    [InlineData(LdapResultCode.AdminLimitExceeded, null)]
    [InlineData(LdapResultCode.TimeLimitExceeded, null)]
    [InlineData(LdapResultCode.Busy, null)]
    [InlineData(LdapResultCode.Unavailable, null)]
    [InlineData(LdapResultCode.Other, null)]
    [InlineData(LdapResultCode.Success, null)]
    [InlineData((LdapResultCode)123, null)]
    internal async Task Result_that_ends_the_search_keeps_everybody_and_is_told(LdapResultCode code, string? advice)
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Refresh = _ => [Person(1, change: 20, status: "half"), new SyncEnd(new LdapResult(code, ""), Cookie(20))];
        bench.One.Last.Say(new SyncEnd(new LdapResult(code, ""), null));
        await SyncBench.UntilAsync(() => bench.Told<SyncInterrupted>().Count == 1);
        Assert.Contains(advice ?? "", bench.Told<SyncInterrupted>()[0].Advice ?? "", StringComparison.Ordinal);
        Assert.Equal(advice is null, bench.Told<SyncInterrupted>()[0].Advice is null);
        await bench.AdvanceUntilAsync(() => bench.One.Connections.Count > 3, 500);
        Assert.Equal((LookupAnswer.Found, LookupAnswer.Found), (await bench.AskAsync(1), await bench.AskAsync(2)));
        Assert.Null((await bench.FindAsync(1)).Value!.States[0].Status);
    }

    [Fact]
    public async Task Required_refresh_is_made_at_once_without_cookie_and_not_round_and_round()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Last.Say(new SyncEnd(new LdapResult(LdapResultCode.SyncRefreshRequired, ""), Cookie(20)));
        await SyncBench.UntilAsync(() => bench.Told<SyncRefreshed>().Count == 2);
        Assert.Null(bench.One.Last.Cookie);

        bench.One.Last.Say(new SyncEnd(new LdapResult(LdapResultCode.SyncRefreshRequired, ""), null));
        await SyncBench.UntilAsync(() => bench.Status.Connection == SyncConnection.Disconnected);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(2, bench.One.Connections.Count);
        await bench.AdvanceUntilAsync(() => bench.One.Connections.Count == 3);
    }

    [Theory]
    [InlineData(LdapResultCode.UnwillingToPerform, "consumer state is newer than provider!")]
    [InlineData(LdapResultCode.UnwillingToPerform, "consumer has state info but provider doesn't!")]
    internal async Task Provider_that_complains_of_our_state_is_asked_for_everything_and_believed_in_nothing_old(LdapResultCode code, string words)
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Last.Say(Person(1, change: 20, Cookie(20), allowed: "FALSE"));
        bench.One.Refresh = cookie => cookie is null ? [Person(1, change: 1), Done(Cookie(5))] : [new SyncEnd(new LdapResult(code, words), null)];
        bench.One.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Lagging);
        Assert.Equal(SendAllowed.False, (await bench.FindAsync(1)).Value!.States[0].SendAllowed);
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(2));
        await SyncBench.UntilAsync(() => bench.Told<SyncProviderBehind>() is [{ Older: 1 }]);
        Assert.Equal(1, bench.Status.Older);
    }

    [Fact]
    public async Task Provider_that_knows_less_is_followed_only_when_the_others_are_away()
    {
        await using var bench = new SyncBench(providers: 2);
        bench.One.Probe = new SyncProbe(null, Cookie(5));
        bench.Two.Probe = new SyncProbe(null, Cookie(10));
        bench.One.Refusal = SyncBench.Refused;
        await bench.FollowedAsync();
        bench.One.Refusal = null;
        bench.One.Refresh = _ => [Person(1, change: 1), Done(Cookie(5))];
        bench.Two.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.Two.Connections.Count == 2 && bench.Status.Connection == SyncConnection.Connected);
        Assert.All(bench.One.Connections, connection => Assert.False(connection.IsStarted));

        bench.Two.Refusal = SyncBench.Refused;
        bench.Two.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Lagging);
        Assert.Equal(Url("one").Text, bench.Status.Provider);
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(2));

        bench.Two.Refusal = null;
        await bench.AdvanceUntilAsync(() => bench.Status is { Connection: SyncConnection.Connected } status && status.Provider == Url("two").Text, 2000);
    }

    [Fact]
    public async Task Base_that_was_made_anew_is_followed_anew()
    {
        await using var bench = new SyncBench();
        bench.One.Probe = new SyncProbe(Id(100), null);
        await bench.FollowedAsync();
        bench.One.Probe = new SyncProbe(Id(101), null);
        await bench.AdvanceUntilAsync(() => bench.One.Connections.Count == 2);
        await SyncBench.UntilAsync(() => bench.Told<SyncRefreshed>().Count == 2);
        Assert.Null(bench.One.Last.Cookie);
    }

    [Fact]
    public async Task After_a_resumption_everything_is_read_once()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.Clock.Advance(SyncSession.WellAfter);

        // The server has forgotten that its last change was that person 2 went.
        bench.One.Refresh = cookie => cookie is null ? [Person(1, change: 1), Done(Cookie(10))] : [Done(null)];
        bench.One.Last.Break("the server crashed");
        await SyncBench.UntilAsync(() => bench.Told<SyncRefreshed>().Count == 2);
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(2));

        var took = await bench.AdvanceUntilAsync(() => bench.Told<SyncRefreshed>().Count == 3, 1000);
        Assert.InRange(took, SyncSession.ReadAllAfter, SyncSession.ReadAllAfter + (2 * SyncSession.ProbeEvery));
        Assert.Equal(LookupAnswer.NotFound, await bench.AskAsync(2));

        await bench.AdvanceAsync(3 * SyncSession.ReadAllAfter, SyncSession.ProbeEvery);
        Assert.Equal(3, bench.One.Connections.Count);
    }

    [Fact]
    public async Task Mistake_of_ours_is_told_and_the_view_grows_old_until_the_loop_goes_on()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Refusal = new InvalidOperationException("a bug");
        bench.Clock.Advance(SyncSession.WellAfter);
        bench.One.Last.Break("gone");
        await SyncBench.UntilAsync(() => bench.Told<SyncInterrupted>().Count == 1);
        Assert.Contains("a mistake in this program: a bug", bench.Status.Cause, StringComparison.Ordinal);
        var age = bench.Status.Age;
        bench.Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(age + TimeSpan.FromMilliseconds(500), bench.Status.Age);

        bench.One.Refusal = null;
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Connected);
        Assert.Null(bench.One.Last.Cookie);
    }
}
