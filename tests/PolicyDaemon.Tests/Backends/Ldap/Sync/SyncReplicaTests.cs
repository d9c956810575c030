using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ReplicaBench;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What the messages of one provider that is never behind do to the view.</summary>
public sealed class SyncReplicaTests
{
    private readonly ReplicaBench bench = new();

    [Fact]
    public void Refresh_counts_whole_when_it_is_over()
    {
        bench.SearchAll(Provider, Person(1, change: 1, Cookie(1)), Person(2, change: 2, Cookie(2)));
        Assert.False(bench.Picture.IsKnown);
        Assert.Empty(bench.Logins);
        Assert.Null(bench.Picture.Cookie);

        Assert.Equal(SyncStep.Refreshed, bench.Say(Done(Cookie(10))));
        Assert.True(bench.Picture.IsKnown);
        Assert.Equal(["p1", "p2"], bench.Logins);
        Assert.Equal(Cookie(10).Text, bench.Picture.Cookie!.Text);
        Assert.Equal(new SyncRefreshResult(2, 0), bench.Replica.LastRefresh);
    }

    [Fact]
    public void Refresh_that_ends_early_changes_nothing()
    {
        bench.With(people: 3);
        var before = bench.Picture;
        bench.SearchAll(Provider, Person(1, change: 20, Cookie(20), status: "disabled"), Deleted(2));
        bench.Search(Provider, Done(before.Cookie));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
        Assert.Null(bench.State(1).Status);
        Assert.Equal(before.Cookie, bench.Picture.Cookie);
    }

    [Fact]
    public void Without_a_cookie_whatever_is_not_sent_is_gone()
    {
        bench.With(people: 3);
        bench.SearchAll(Provider, Person(1, change: 1), Person(3, change: 1), Done(Cookie(20)));
        Assert.Equal(["p1", "p3"], bench.Logins);
        Assert.Equal(new SyncRefreshResult(0, 1), bench.Replica.LastRefresh);
    }

    [Fact]
    public void Present_phase_keeps_what_is_named_and_what_is_sent_and_nothing_else()
    {
        bench.With(people: 5);
        bench.Search(Provider, Present(1, 99), Unchanged(2), Person(3, change: 15, state: SyncState.Modify), DonePresent(Cookie(20)));
        Assert.Equal(["p1", "p2", "p3"], bench.Logins);
    }

    [Fact]
    public void Delete_phase_takes_what_is_named_and_nothing_else()
    {
        bench.With(people: 5);
        bench.Search(Provider, Gone(1, 99), Deleted(2), Deleted(98), Person(6, change: 15), Done(Cookie(20)));
        Assert.Equal(["p3", "p4", "p5", "p6"], bench.Logins);
    }

    [Fact]
    public void Present_phase_may_be_followed_by_a_delete_phase()
    {
        bench.With(people: 4);
        bench.Search(Provider, Present(1, 2, 3), new SyncPhaseEnd(IsPresentPhase: true, IsDone: false, null));
        Assert.Equal(4, bench.Picture.View.Count);
        bench.Say(Gone(2), Done(Cookie(20)));
        Assert.Equal(["p1", "p3"], bench.Logins);
    }

    [Fact]
    public void Last_word_about_an_entry_in_a_refresh_counts()
    {
        bench.With(people: 2);
        bench.Search(Provider, Person(1, change: 12), Deleted(1), Deleted(2), Person(2, change: 13, status: "back"), Done(Cookie(20)));
        Assert.Equal(["p2"], bench.Logins);
        Assert.Equal("back", bench.State(2).Status);
    }

    [Fact]
    public void Nothing_changed_says_nothing_and_keeps_the_cookie()
    {
        bench.With(people: 2);
        Assert.Equal(SyncStep.Refreshed, bench.Search(Provider, Done(null)));
        Assert.Equal(["p1", "p2"], bench.Logins);
        Assert.Equal(Cookie(10).Text, bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Changes_after_the_refresh_count_one_by_one()
    {
        bench.With(people: 2);
        bench.Say(Person(1, change: 11, Cookie(11), allowed: "FALSE", state: SyncState.Modify));
        Assert.Equal(SendAllowed.False, bench.State(1).SendAllowed);
        bench.Say(Person(3, change: 12, Cookie(12)));
        bench.Say(Deleted(2, Cookie(13)));
        Assert.Equal(["p1", "p3"], bench.Logins);
        bench.Say(new SyncNewCookie(Cookie(14)));
        Assert.Equal(Cookie(14).Text, bench.Picture.Cookie!.Text);
        Assert.Equal(5, bench.Picture.Changes);
        Assert.Equal(bench.Clock.GetUtcNow(), bench.Picture.LastChange);
    }

    [Fact]
    public void Rename_keeps_the_identity_and_frees_the_old_login()
    {
        bench.With(people: 1);
        bench.Say(Person(1, change: 11, Cookie(11), login: "anna", dn: "uid=anna,ou=people,dc=truenorth,dc=local", state: SyncState.Modify));
        Assert.Equal(["anna"], bench.Logins);
        Assert.Empty(bench.Picture.View.WithLogin("p1"));
    }

    [Fact]
    public void Entry_that_loses_login_and_address_is_an_account_no_more()
    {
        bench.With(people: 2);
        bench.Say(Person(1, change: 11, Cookie(11), login: "", state: SyncState.Modify));
        Assert.Equal(["p2"], bench.Logins);
        bench.Search(Provider, Person(2, change: 12, login: ""), Person(3, change: 12), Done(Cookie(12)));
        Assert.Equal(["p3"], bench.Logins);
    }

    [Fact]
    public void More_entries_than_anybody_has_end_the_refresh()
    {
        var refresh = new SyncRefresh(AccountView.Empty, hadCookie: false, maxEntries: 3);
        for (var i = 0; i < 3; i++) refresh.Add(new SentEntry(Id(i), null, null));
        Assert.Throws<LdapProtocolException>(() => refresh.Add(new SentEntry(Id(-1), null, null)));
    }
}
