using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ReplicaBench;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>A provider that is behind never takes back what a newer one said.</summary>
public sealed class SyncReplicaOlderProviderTests
{
    private readonly ReplicaBench bench = new ReplicaBench().With(people: 3);

    [Fact]
    public void Older_state_of_an_entry_replaces_nothing()
    {
        bench.Say(Person(1, change: 11, Cookie(11), allowed: "FALSE"));
        bench.SearchAll(Other, Person(1, change: 5), Person(2, change: 1), Person(3, change: 1), Done(Cookie(6)));
        Assert.Equal(SendAllowed.False, bench.State(1).SendAllowed);
        Assert.Equal(1, bench.Picture.Older);
        Assert.True(bench.Picture.IsProviderBehind);
        Assert.Equal(Cookie(11).Text, bench.Picture.Cookie!.Text);

        bench.Say(Person(1, change: 11, Cookie(11), allowed: "FALSE"));
        Assert.Equal(0, bench.Picture.Older);
        Assert.False(bench.Picture.IsProviderBehind);
    }

    [Theory]
    [InlineData(5, 6, false)] // older
    [InlineData(11, 11, true)] // the same
    [InlineData(12, 12, true)] // newer
    [InlineData(0, 6, false)] // cannot be told, from one that is behind
    [InlineData(0, 12, true)] // cannot be told, from one that is not
    public void State_replaces_ours_when_it_is_as_new(int change, int cookie, bool replaces)
    {
        bench.Say(Person(1, change: 11, Cookie(11), address: "old@truenorth.local"));
        bench.Search(Other, Person(1, change, address: "new@truenorth.local"), Done(Cookie(cookie)));
        Assert.Equal(replaces ? "new@truenorth.local" : "old@truenorth.local", bench.Picture.View.Find(Id(1))!.Account.Addresses[0].Text);
    }

    [Fact]
    public void State_that_vanishes_without_a_change_stays()
    {
        bench.Say(Person(1, change: 11, Cookie(11), allowed: "FALSE", status: "disabled"));
        bench.Search(Provider, Person(1, change: 11, address: "new@truenorth.local"), Done(Cookie(12)));
        Assert.Equal((SendAllowed.False, "disabled"), (bench.State(1).SendAllowed, bench.State(1).Status));
        Assert.Equal("new@truenorth.local", bench.Picture.View.Find(Id(1))!.Account.Addresses[0].Text);
        Assert.Equal(1, bench.Picture.Older);

        bench.Say(Person(1, change: 13, Cookie(13)));
        Assert.Equal((SendAllowed.Absent, null), (bench.State(1).SendAllowed, bench.State(1).Status));
        Assert.Equal(0, bench.Picture.Older);
    }

    [Fact]
    public void Account_that_vanishes_without_a_change_stays()
    {
        bench.SearchAll(Provider, Person(1, change: 1, login: ""), Person(2, change: 1), Person(3, change: 1), Done(Cookie(12)));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.Equal(1, bench.Picture.Older);
    }

    [Fact]
    public void Delete_counts_only_from_a_provider_that_has_seen_the_entry()
    {
        bench.Say(Person(1, change: 11, Cookie(11)));
        bench.Search(Other, Gone(1, 2), Done(Cookie(6)));
        Assert.Equal(["p1", "p3"], bench.Logins);
        bench.Say(Deleted(1, Cookie(7)));
        Assert.Equal(["p1", "p3"], bench.Logins);
        Assert.True(bench.Picture.Differs);
    }

    [Fact]
    public void Nothing_is_swept_before_the_provider_has_reached_us()
    {
        bench.Say(Person(4, change: 11, Cookie(11)));
        bench.SearchAll(Other, Person(1, change: 1), Done(Cookie(10)));
        Assert.Equal(["p1", "p2", "p3", "p4"], bench.Logins);
        bench.SearchAll(Other, Person(1, change: 1), Done(Cookie(11)));
        Assert.Equal(["p1"], bench.Logins);
    }

    [Fact]
    public void Entry_that_is_newer_than_our_cookie_is_not_swept_by_one_that_has_not_seen_it()
    {
        // Added after the search began, and sent in its refresh: newer than the cookie at the end of it.
        bench.Search(Provider, Person(4, change: 15), Done(Cookie(12)));
        bench.Search(Other, Present(1, 2, 3), DonePresent(Cookie(12)));
        Assert.Equal(["p1", "p2", "p3", "p4"], bench.Logins);
    }

    [Fact]
    public void Entry_from_a_server_that_no_cookie_names_goes_with_a_provider_that_has_reached_us()
    {
        bench.Search(Provider, Person(4, change: 15, server: 7), Done(Cookie(12)));
        bench.Say(Deleted(4, Cookie(13)));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
    }

    [Theory]
    [InlineData(5, false)] // ours covers it: it was there, and was deleted since
    [InlineData(15, true)]
    [InlineData(0, false)] // cannot be told
    public void Unknown_entry_from_a_provider_that_is_behind_is_added_only_when_it_is_newer(int change, bool isAdded)
    {
        bench.Search(Other, Person(4, change), Done(Cookie(6)));
        Assert.Equal(isAdded, bench.Logins.Contains("p4"));
        Assert.Equal(!isAdded, bench.Picture.Differs);
    }

    [Fact]
    public void Deleted_entry_does_not_come_back_with_a_provider_that_is_behind()
    {
        bench.Say(Deleted(1, Cookie(11)));
        bench.SearchAll(Other, Person(1, change: 1), Person(2, change: 1), Person(3, change: 1), Done(Cookie(10)));
        Assert.Equal(["p2", "p3"], bench.Logins);
        bench.Say(Person(1, change: 1, Cookie(10), state: SyncState.Modify));
        Assert.Equal(["p2", "p3"], bench.Logins);
    }

    [Fact]
    public void Provider_that_reaches_us_is_asked_for_everything_once_if_something_was_skipped()
    {
        bench.Say(Person(4, change: 11, Cookie(11)));
        bench.SearchAll(Other, Person(1, change: 1), Person(2, change: 1), Person(3, change: 1), Done(Cookie(10)));
        Assert.Null(bench.Replica.CookieFor(Other));
        Assert.Equal(SyncStep.Going, bench.Say(new SyncNewCookie(Cookie(10))));
        Assert.Equal(SyncStep.CaughtUp, bench.Say(new SyncNewCookie(Cookie(12))));

        bench.SearchAll(Other, Person(1, change: 1), Person(2, change: 1), Person(3, change: 1), Done(Cookie(12)));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.Equal(SyncStep.Going, bench.Say(new SyncNewCookie(Cookie(13))));
        Assert.Equal(Cookie(13).Text, bench.Replica.CookieFor(Other)!.Text);
    }

    [Theory]
    [InlineData(15, new[] { 2 })] // loaded anew: the newer one of the two is there
    [InlineData(11, new[] { 1 })] // what was there before ours
    public void Of_one_dn_there_is_one_entry_the_newer(int change, int[] left)
    {
        var loaded = new ReplicaBench();
        loaded.SearchAll(ReplicaBench.Provider, Person(1, change: 12), Person(3, change: 1), Done(Cookie(12)));
        loaded.SearchAll(ReplicaBench.Other, Person(2, change, server: 1, login: "p1", dn: DnOf(1).ToUpperInvariant()), Done(Cookie(5, change)));
        Assert.Equal([.. left, 3], loaded.Picture.View.Entries.Select(entry => entry.Id).Select(id => Enumerable.Range(1, 3).First(person => Id(person) == id)).Order());
    }

    [Fact]
    public void Provider_that_reaches_us_with_nothing_skipped_just_goes_on()
    {
        bench.Say(new SyncNewCookie(Cookie(20)));
        bench.Search(Other, Done(Cookie(10)));
        Assert.Equal(SyncStep.Going, bench.Say(new SyncNewCookie(Cookie(30))));
        Assert.NotNull(bench.Replica.CookieFor(Other));
    }

    [Fact]
    public void Cookies_of_single_changes_add_up_to_what_the_provider_has_seen()
    {
        // Two servers; each change names only its own.
        bench.Search(Provider, Person(4, change: 5, server: 1), Done(Cookie(10, 5)));
        bench.Say(Person(1, change: 11, Cookie(11)), Deleted(4, Cookie(0, 6)));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.Equal(Cookie(11, 6).Text, bench.Replica.CookieFor(Other)!.Text);
        bench.Say(Deleted(1, Cookie(0, 7)));
        Assert.Equal(["p2", "p3"], bench.Logins);
    }

    [Fact]
    public void Database_that_was_made_anew_takes_nothing_away()
    {
        bench.SearchAll(Provider, Person(1, change: 0), Person(9, change: 0), Done(Opaque("rid=000")));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.True(bench.Picture.IsProviderBehind);
        bench.Say(Deleted(2, Opaque("rid=000")));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.Equal(Cookie(10).Text, bench.Picture.Cookie!.Text);
    }
}
