using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ReplicaBench;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>Which cookie a provider gets.</summary>
public sealed class SyncReplicaCookieTests
{
    private readonly ReplicaBench bench = new();

    [Fact]
    public void Nobody_gets_a_cookie_before_a_refresh_is_over()
    {
        bench.SearchAll(Provider, Person(1, change: 1, Cookie(5)));
        Assert.Null(bench.Replica.CookieFor(Provider));
    }

    [Fact]
    public void Provider_gets_its_own_cookie_as_it_wrote_it()
    {
        var own = SyncCookie.Read($"rid=001,sid=002,csn={Csn(9)},delcsn={Csn(8)}");
        bench.SearchAll(Provider, Person(1, change: 1), Done(own));
        Assert.Equal(own.Text, bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Provider_that_is_behind_in_something_gets_what_both_said()
    {
        bench.SearchAll(Provider, Person(1, change: 1), Done(Cookie(10, 5)));
        bench.Search(Other, Done(Cookie(8, 7)));
        Assert.Equal(Cookie(10, 7).Text, bench.Replica.CookieFor(Other)!.Text);
        Assert.Equal(Cookie(10, 7).Text, bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Cookie_that_tells_nothing_goes_back_only_to_who_gave_it()
    {
        bench.SearchAll(Provider, Person(1, change: 0), Done(Opaque("one's own")));
        Assert.Equal("one's own", bench.Replica.CookieFor(Provider)!.Text);
        Assert.Null(bench.Replica.CookieFor(Other));
        bench.Say(Deleted(1, Opaque("later")));
        Assert.Empty(bench.Logins);
        Assert.Equal("later", bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Provider_without_cookies_is_asked_for_everything_and_believed()
    {
        bench.SearchAll(Provider, Person(1, change: 0), Person(2, change: 0), Done(null));
        Assert.Null(bench.Replica.CookieFor(Provider));
        bench.Say(Deleted(1));
        Assert.Equal(["p2"], bench.Logins);
        bench.SearchAll(Provider, Person(3, change: 0), Person(4, change: 0), Done(null));
        Assert.Equal(["p3", "p4"], bench.Logins);
    }

    [Fact]
    public void What_the_provider_said_of_itself_before_counts_when_the_refresh_says_nothing()
    {
        bench.SearchAll(Provider, Person(1, change: 1), Done(Cookie(10, 5)));
        bench.Replica.Begin(Other, seen: Cookie(10, 3), bench.Replica.CookieFor(Other), accepted: false);
        bench.Say(Done(null));
        Assert.True(bench.Picture.IsProviderBehind);
        bench.Say(Person(2, change: 4, Cookie(0, 4), server: 1));
        Assert.Equal(["p1"], bench.Logins);
    }

    [Fact]
    public void View_that_differs_from_its_provider_is_never_continued_by_cookie()
    {
        bench.Replica.Load(AccountView.Empty.Put(ViewEntries.Entry(1, ["anna"], "anna@truenorth.local")), Cookie(10), Provider, differs: true);
        Assert.Null(bench.Replica.CookieFor(Provider));
        Assert.Equal(["anna"], bench.Logins);
        Assert.Equal(SyncStep.Refreshed, bench.Search(Provider, Person(2, change: 1), Done(Cookie(12))));
        Assert.Equal(Cookie(12).Text, bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Saved_view_is_continued_by_its_cookie()
    {
        bench.Replica.Load(AccountView.Empty.Put(ViewEntries.Entry(1, ["anna"], "anna@truenorth.local")), Cookie(10), Provider, differs: false);
        Assert.Equal(Cookie(10).Text, bench.Replica.CookieFor(Other)!.Text);
        Assert.True(bench.Picture.IsKnown);
    }

    [Fact]
    public void Doubt_asks_for_everything()
    {
        bench.SearchAll(Provider, Person(1, change: 1), Done(Cookie(10)));
        bench.Replica.Doubt();
        Assert.Null(bench.Replica.CookieFor(Provider));
    }

    [Fact]
    public void Cookie_without_a_change_is_not_sent()
    {
        bench.SearchAll(Provider, Person(1, change: 0), Done(Opaque("rid=000")));
        Assert.Null(bench.Replica.CookieFor(Provider));
    }
}
