using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>When the view answers and when something else does, how old it is, and what an administrator hears.</summary>
public sealed class SyncDirectoryTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pd-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Accounts_in_memory_are_listed_and_without_them_there_is_no_list()
    {
        await using var bench = new SyncBench(options: new SyncOptions { StaleFor = TimeSpan.FromHours(1) });
        Assert.Equal(["unavailable"], await ListAsync(bench));

        await bench.FollowedAsync();
        Assert.Equal(["p1", "p2"], await ListAsync(bench));

        bench.One.Refresh = _ => [new SyncUnsupported()];
        bench.One.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Unsupported);
        Assert.Equal(["unavailable"], await ListAsync(bench));
    }

    [Fact]
    public async Task Servers_are_asked_until_the_first_refresh_is_over_and_never_after()
    {
        await using var bench = new SyncBench();
        bench.One.Refresh = _ => [Person(1, change: 1)];
        bench.Directory.Start();
        await SyncBench.UntilAsync(() => bench.Status.Connection == SyncConnection.Refreshing);
        Assert.Equal(LookupAnswer.NotFound, await bench.AskAsync(1));
        Assert.Equal(["login p1"], bench.Lookup.Questions);
        Assert.False(bench.Status.IsViewUsed);

        bench.One.Last.Say(Done(Cookie(10)));
        await SyncBench.UntilAsync(() => bench.Status.IsViewUsed);
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(1));
        Assert.Equal(LookupAnswer.NotFound, await bench.AskAsync(9));
        Assert.Single(bench.Lookup.Questions);
        Assert.Equal(["SyncFellBack", "SyncRefreshed", "SyncViewUsed"], bench.Events.Select(told => told.GetType().Name));
    }

    [Fact]
    public async Task Servers_are_asked_when_none_offers_the_control_and_the_view_again_when_one_does()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        var refresh = bench.One.Refresh;
        bench.One.Refresh = _ => [new SyncUnsupported()];
        bench.One.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Unsupported);
        await bench.AskAsync(1);
        Assert.Equal(["login p1"], bench.Lookup.Questions);
        Assert.Equal(2, bench.Told<SyncFellBack>().Count);
        Assert.Contains("syncprov", bench.Told<SyncInterrupted>()[0].Advice, StringComparison.Ordinal);

        bench.One.Refresh = refresh;
        await bench.AdvanceUntilAsync(() => bench.Status.IsViewUsed, 500);
        Assert.Equal(2, bench.Told<SyncViewUsed>().Count);
    }

    [Theory]
    [InlineData(LdapResultCode.UnavailableCriticalExtension, "")]
    [InlineData(LdapResultCode.UnwillingToPerform, "control not allowed here")]
    [InlineData(LdapResultCode.ProtocolError, "unsupported control")]
    internal async Task Server_that_refuses_the_control_is_unsupported(LdapResultCode code, string words)
    {
        await using var bench = new SyncBench();
        bench.One.Refresh = _ => [new SyncEnd(new LdapResult(code, words), null)];
        bench.Directory.Start();
        await SyncBench.UntilAsync(() => bench.Status.Connection == SyncConnection.Unsupported);
    }

    [Fact]
    public async Task Answers_carry_the_age_of_the_view_and_probes_keep_it_young()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(4));
        var answer = await bench.FindAsync(1);
        Assert.Equal((TimeSpan.FromSeconds(4), DnOf(1)), (answer.Provenance.Age, answer.Provenance.Entry));
        for (var i = 0; i < 40; i++)
        {
            var before = bench.One.Last.Probes;
            await bench.AdvanceUntilAsync(() => bench.One.Last.Probes > before, 1000);
            await SyncBench.UntilAsync(() => bench.Status.Age < TimeSpan.FromSeconds(2));
        }

        Assert.Empty(bench.Told<SyncSilent>());
        Assert.Single(bench.One.Connections);
    }

    [Fact]
    public async Task Half_open_connection_is_dropped_after_ten_and_five_seconds_and_told_within_thirty()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.AnswersProbes = false;
        var dropped = await bench.AdvanceUntilAsync(() => bench.One.Connections.First().IsDisposed, 250);
        Assert.InRange(dropped, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(17));
        var told = dropped + await bench.AdvanceUntilAsync(() => bench.Told<SyncInterrupted>().Count > 0, 250);
        Assert.InRange(told, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(30));
        var silent = told + await bench.AdvanceUntilAsync(() => bench.Told<SyncSilent>().Count > 0, 250);
        Assert.InRange(silent, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(33));
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(1));
    }

    [Fact]
    public async Task View_past_its_time_is_unavailable_and_counts_again_when_a_provider_is_back()
    {
        await using var bench = await new SyncBench(options: new SyncOptions { StaleFor = TimeSpan.FromMinutes(1) }).FollowedAsync();
        bench.One.Refusal = SyncBench.Refused;
        bench.One.Last.Break("gone");
        await SyncBench.UntilAsync(() => bench.Status.Connection == SyncConnection.Disconnected);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(1));
        bench.Clock.Advance(TimeSpan.FromTicks(1));
        var answer = await bench.FindAsync(1);
        Assert.True(answer is { IsUnavailable: true, IsAmbiguous: false });
        Assert.Contains("60 s", answer.Cause, StringComparison.Ordinal);
        Assert.True((await bench.Directory.FindAddressAsync(Mail.Address("p1@truenorth.local"), TestToken)).IsUnavailable);
        Assert.True(bench.Status is { IsStale: true, IsViewUsed: false });
        await bench.AdvanceUntilAsync(() => bench.Told<SyncSilent>().Any(told => told.IsStale), 1000);
        Assert.Empty(bench.Lookup.Questions);

        bench.One.Refusal = null;
        await bench.AdvanceUntilAsync(() => bench.Status.IsViewUsed);
        Assert.Equal(LookupAnswer.Found, await bench.AskAsync(1));
    }

    [Fact]
    public async Task Search_that_never_ends_its_refresh_does_not_make_the_view_look_young()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Refresh = _ => [Person(1, change: 1)];
        bench.One.Last.Break("gone");
        await bench.AdvanceUntilAsync(() => bench.One.Connections.Count == 2);
        for (var probes = 1; probes < 5; probes++)
        {
            bench.One.Last.Say(Person(1, change: 1));
            await bench.AdvanceUntilAsync(() => bench.One.Last.Probes > probes, 1000);
        }

        Assert.True(bench.Status.Age > TimeSpan.FromSeconds(30));
        Assert.NotEmpty(bench.Told<SyncSilent>());
    }

    [Fact]
    public async Task Changes_that_do_not_come_are_lag_and_then_a_new_connection()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Probe = new SyncProbe(null, Cookie(15));
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Lagging, 500);
        Assert.Single(bench.One.Connections);
        await bench.AdvanceUntilAsync(() => bench.One.Connections.Count == 2, 500);
        Assert.Equal(Cookie(10).Text, bench.One.Last.Cookie!.Text);
    }

    [Fact]
    public async Task Alarm_that_lasts_is_told_once_and_again_each_hour_and_settled_once()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Last.Say([.. Enumerable.Range(3, 30).Select(person => Person(person, change: 20, Cookie(20)))]);
        bench.One.Refresh = _ => [Done(Cookie(30))];
        bench.One.Last.Say(new SyncEnd(new LdapResult(LdapResultCode.SyncRefreshRequired, ""), null));
        await bench.AdvanceUntilAsync(() => bench.Told<SyncWithheld>().Count == 1);
        Assert.Equal((32, 32), (bench.Told<SyncWithheld>()[0].Withheld, bench.Status.Withheld));
        bench.One.Last.Say(new SyncNewCookie(Cookie(31)), new SyncNewCookie(Cookie(32)));
        await SyncBench.UntilAsync(() => bench.Status.Cookie == Cookie(32).Text);
        Assert.Single(bench.Told<SyncWithheld>());
        await bench.AdvanceUntilAsync(() => bench.Told<SyncWithheld>().Count == 2, 20_000);

        bench.One.Last.Say([.. Enumerable.Range(1, 32).Select(person => Person(person, change: 40, Cookie(40)))]);
        await SyncBench.UntilAsync(() => bench.Told<SyncSettled>().Count == 1);
        Assert.Equal(0, bench.Status.Withheld);
    }

    [Fact]
    public async Task Accepted_content_is_in_force_when_the_call_returns()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Refresh = cookie => cookie is null ? [Person(7, change: 3), Done(Cookie(5))] : [Done(null)];
        Assert.True(await bench.Directory.AcceptAsync(TestToken));
        Assert.Equal((LookupAnswer.NotFound, LookupAnswer.Found), (await bench.AskAsync(1), await bench.AskAsync(7)));
        Assert.Equal(1, bench.Status.Entries);
    }

    [Fact]
    public async Task Nothing_is_accepted_from_nobody()
    {
        var bench = await new SyncBench().FollowedAsync();
        bench.One.Refusal = SyncBench.Refused;
        bench.One.Last.Break("gone");
        await SyncBench.UntilAsync(() => bench.Status.Connection == SyncConnection.Disconnected);
        Assert.False(await bench.Directory.AcceptAsync(TestToken));
        await bench.DisposeAsync();
        Assert.False(await bench.Directory.AcceptAsync(TestToken));
    }

    [Fact]
    public async Task Conflict_is_told_once()
    {
        await using var bench = await new SyncBench().FollowedAsync();
        bench.One.Last.Say(Person(3, change: 20, Cookie(20), login: "p1", dn: DnOf(3), address: "p3@truenorth.local"));
        await bench.AdvanceUntilAsync(() => bench.Told<SyncConflict>().Count == 1, 500);
        Assert.True(bench.Told<SyncConflict>()[0] is { Key: "p1", IsLogin: true });
        Assert.True((await bench.FindAsync(1)).IsAmbiguous);
        Assert.Equal(1, bench.Status.Conflicts);
        bench.One.Last.Say(Person(2, change: 21, Cookie(21)));
        await SyncBench.UntilAsync(() => bench.Status.Cookie == Cookie(21).Text);
        for (var i = 0; i < 5; i++) bench.Clock.Advance(SyncUpkeep.Every);
        Assert.Single(bench.Told<SyncConflict>());
    }

    [Fact]
    public async Task Saved_view_answers_after_a_restart_with_its_age_and_then_not_for_ever()
    {
        var options = new SyncOptions { SavedView = Path.Combine(folder.FullName, "people.view"), StaleFor = TimeSpan.FromMinutes(10) };
        await (await new SyncBench(options: options).FollowedAsync()).DisposeAsync();

        await using var bench = new SyncBench(options: options);
        bench.One.Refusal = SyncBench.Refused;
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        bench.Directory.Start();
        var answer = await bench.FindAsync(1);
        Assert.Equal((LookupAnswer.Found, TimeSpan.FromMinutes(3)), (answer.Answer, answer.Provenance.Age));
        Assert.Equal([new SyncViewUsed(2, TimeSpan.FromMinutes(3), IsSaved: true)], bench.Told<SyncViewUsed>());
        bench.Clock.Advance(TimeSpan.FromMinutes(7.1));
        Assert.Equal(LookupAnswer.Unavailable, await bench.AskAsync(1));
    }

    [Fact]
    public async Task Saved_view_that_is_too_old_answers_nothing_but_takes_nothing_older_either()
    {
        var options = new SyncOptions { SavedView = Path.Combine(folder.FullName, "people.view"), StaleFor = TimeSpan.FromMinutes(10) };
        await (await new SyncBench(options: options).FollowedAsync()).DisposeAsync();

        await using var bench = new SyncBench(options: options);
        bench.One.Refusal = SyncBench.Refused;
        bench.Clock.Advance(TimeSpan.FromMinutes(11));
        bench.Directory.Start();
        await bench.AskAsync(1);
        Assert.Single(bench.Lookup.Questions);
        bench.One.Refusal = null;
        bench.One.Refresh = _ => [Person(3, change: 1), Done(Cookie(5))];
        await bench.AdvanceUntilAsync(() => bench.Status.Connection == SyncConnection.Lagging);
        Assert.Equal((LookupAnswer.Found, LookupAnswer.NotFound), (await bench.AskAsync(1), await bench.AskAsync(3)));
    }

    private static async Task<IReadOnlyList<string>> ListAsync(SyncBench bench)
    {
        var listed = new List<string>();
        await foreach (var answer in bench.Directory.ListAccountsAsync(TestToken)) listed.Add(answer.Value?.Name ?? "unavailable");
        return [.. listed.Order(StringComparer.Ordinal)];
    }
}
