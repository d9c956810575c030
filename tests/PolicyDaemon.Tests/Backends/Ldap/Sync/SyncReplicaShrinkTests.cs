using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ReplicaBench;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.SyncWords;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What looks like a mistake on the server takes nobody away, until an administrator says so or the content is back.</summary>
public sealed class SyncReplicaShrinkTests
{
    [Theory]
    [InlineData(100, 20, true)] // a fifth
    [InlineData(100, 21, false)]
    [InlineData(12, 10, true)] // few
    [InlineData(12, 11, false)]
    [InlineData(5, 4, true)]
    [InlineData(5, 5, false)] // all
    [InlineData(1, 1, false)]
    public void Refresh_takes_away_few_and_never_all(int people, int removed, bool takes)
    {
        foreach (var sweeps in new[] { true, false })
        {
            var bench = new ReplicaBench().With(people);
            var gone = Gone([.. Enumerable.Range(1, removed)]);
            if (sweeps) bench.SearchAll(Provider, [.. Enumerable.Range(removed + 1, people - removed).Select(person => Person(person, change: 1)), Done(Cookie(20))]);
            else bench.Search(Provider, gone, Done(Cookie(20)));
            Assert.Equal(takes ? people - removed : people, bench.Picture.View.Count);
            Assert.Equal(takes ? 0 : removed, bench.Picture.Withheld);
            Assert.Equal(!takes, bench.Picture.Differs);
        }
    }

    [Fact]
    public void Deletes_one_by_one_count_together_for_ten_minutes()
    {
        var bench = new ReplicaBench().With(people: 20);
        for (var person = 1; person <= 12; person++) bench.Say(Deleted(person, Cookie(10 + person)));
        Assert.Equal((10, 2), (bench.Picture.View.Count, bench.Picture.Withheld));

        bench.Clock.Advance(ShrinkGuard.Window - TimeSpan.FromTicks(1));
        bench.Say(Deleted(13, Cookie(23)));
        Assert.Equal((10, 3), (bench.Picture.View.Count, bench.Picture.Withheld));
        bench.Clock.Advance(TimeSpan.FromTicks(1));
        bench.Say(Deleted(14, Cookie(24)));
        Assert.Equal((9, 3), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Entries_that_turn_into_nobody_count_as_deletes()
    {
        var bench = new ReplicaBench().With(people: 20);
        for (var person = 1; person <= 12; person++) bench.Say(Person(person, change: 10 + person, Cookie(10 + person), login: ""));
        Assert.Equal((10, 2), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Options_say_what_is_few()
    {
        var bench = new ReplicaBench(new SyncOptions { MaxShrink = 0.5, FreeRemovals = 0 }).With(people: 8);
        bench.Search(Provider, Gone(1, 2, 3, 4), Done(Cookie(20)));
        Assert.Equal(4, bench.Picture.View.Count);
        bench.Search(Provider, Gone(5, 6, 7), Done(Cookie(30)));
        Assert.Equal((4, 3), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Withheld_entry_that_is_sent_again_is_settled()
    {
        var bench = Emptied(people: 20);
        bench.Say(Person(1, change: 30, Cookie(30), status: "disabled"));
        Assert.Equal((20, 19), (bench.Picture.View.Count, bench.Picture.Withheld));
        Assert.Equal("disabled", bench.State(1).Status);
    }

    [Theory]
    [InlineData(null, "uid=p1,ou=people,dc=truenorth,dc=local", "p1")]
    [InlineData("other", "UID=p1,ou=people,dc=truenorth,dc=local", "other")]
    [InlineData("p1", "uid=p1,ou=elsewhere,dc=truenorth,dc=local", "p1")]
    public void Withheld_entry_whose_name_or_login_comes_again_is_replaced(string? login, string dn, string now)
    {
        var bench = Emptied(people: 20);
        bench.Say(Person(101, change: 30, Cookie(30), login: login ?? "p1", dn: dn));
        Assert.Equal((20, 19), (bench.Picture.View.Count, bench.Picture.Withheld));
        Assert.Null(bench.Changed(1));
        Assert.Single(bench.Picture.View.WithLogin(now));
    }

    [Fact]
    public void Tree_that_was_loaded_anew_replaces_the_old_one_at_once()
    {
        var bench = new ReplicaBench().With(people: 20);
        bench.SearchAll(Provider, [.. Enumerable.Range(1, 20).Select(person => Person(100 + person, change: 15, login: $"p{person}", dn: DnOf(person))), Done(Cookie(20))]);
        Assert.Equal((20, 0), (bench.Picture.View.Count, bench.Picture.Withheld));
        Assert.Equal(new SyncRefreshResult(20, 20), bench.Replica.LastRefresh);
    }

    [Fact]
    public void Withheld_entries_do_not_hold_back_what_goes_later()
    {
        var bench = Emptied(people: 20);
        bench.SearchAll(Provider, [.. Enumerable.Range(50, 30).Select(person => Person(person, change: 25)), Done(Cookie(30))]);
        Assert.Equal((50, 20), (bench.Picture.View.Count, bench.Picture.Withheld));
        bench.SearchAll(Provider, [.. Enumerable.Range(50, 29).Select(person => Person(person, change: 25)), Done(Cookie(40))]);
        Assert.Equal((49, 20), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Delete_of_a_withheld_entry_changes_nothing()
    {
        var bench = Emptied(people: 20);
        bench.Say(Deleted(1, Cookie(30)));
        Assert.Equal((20, 20), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Accepted_content_counts_whole()
    {
        var bench = Emptied(people: 20);
        bench.Say(Person(30, change: 40, Cookie(40), allowed: "FALSE"));

        // Restored from an old backup: an older state, an entry that was deleted since, hardly anybody left.
        Assert.Equal(SyncStep.Refreshed, bench.Accept(Other, Person(30, change: 2), Person(31, change: 3), Done(Cookie(5))));
        Assert.Equal(["p30", "p31"], bench.Logins);
        Assert.Equal(SendAllowed.Absent, bench.State(30).SendAllowed);
        Assert.Equal((0, 0, false, false), (bench.Picture.Withheld, bench.Picture.Older, bench.Picture.Differs, bench.Picture.IsProviderBehind));
        Assert.Equal(Cookie(5).Text, bench.Replica.CookieFor(Provider)!.Text);
    }

    [Fact]
    public void Acceptance_is_used_up_by_one_refresh()
    {
        var bench = new ReplicaBench().With(people: 20);
        bench.Accept(Provider, Done(Cookie(20)));
        Assert.Equal(0, bench.Picture.View.Count);
        bench.Say([.. Enumerable.Range(1, 20).Select(person => Person(person, change: 30, Cookie(30)))]);
        bench.SearchAll(Provider, Done(Cookie(31)));
        Assert.Equal((20, 20), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    [Fact]
    public void Accepted_refresh_that_ends_early_changes_nothing()
    {
        var bench = new ReplicaBench().With(people: 3);
        bench.Accept(Provider, Person(1, change: 1));
        bench.SearchAll(Provider, Done(Cookie(20)));
        Assert.Equal((3, 3), (bench.Picture.View.Count, bench.Picture.Withheld));
    }

    private static ReplicaBench Emptied(int people)
    {
        var bench = new ReplicaBench().With(people);
        bench.SearchAll(Provider, Done(Cookie(20)));
        Assert.Equal((people, people), (bench.Picture.View.Count, bench.Picture.Withheld));
        return bench;
    }
}
