using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class AccountViewTests
{
    /// <summary>Seed, and the bits of a hash that count: all, few enough that most keys collide, none.</summary>
    public static TheoryData<int, uint> Runs => new() { { 1, uint.MaxValue }, { 2, 0x1f }, { 3, 0xf0000003 }, { 4, 0 } };

    [Theory]
    [MemberData(nameof(Runs))]
    public void View_answers_as_a_plain_dictionary_does_after_any_changes(int seed, uint hashMask)
    {
        var random = new Random(seed);
        var view = AccountView.WithHashBits(hashMask);
        var model = new ViewModel();
        for (var i = 0; i < 1500; i++)
        {
            if (random.Next(3) == 0)
            {
                var id = Id(random.Next(120));
                view = view.Remove(id);
                model.Remove(id);
            }
            else
            {
                var entry = ViewModel.RandomEntry(random);
                view = view.Put(entry);
                model.Put(entry);
            }

            if (i % 25 == 0) model.AssertEqual(view);
        }

        model.AssertEqual(view);
        foreach (var id in view.Entries.Select(entry => entry.Id).ToList()) view = view.Remove(id);
        new ViewModel().AssertEqual(view);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Views_given_before_stay_as_they_were(int seed, uint hashMask)
    {
        var random = new Random(seed);
        var builder = AccountView.WithHashBits(hashMask).ToBuilder();
        var model = new ViewModel();
        var snapshots = new List<(AccountView View, ViewModel Model)>();
        for (var i = 0; i < 600; i++)
        {
            var entry = ViewModel.RandomEntry(random);
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(entry.Id), builder.Remove(entry.Id));
            }
            else
            {
                builder.Put(entry);
                model.Put(entry);
            }

            if (i % 40 == 0) snapshots.Add((builder.ToView(), model.Copy()));
            if (i % 100 != 0) continue;
            var (view, then) = snapshots[random.Next(snapshots.Count)];
            (builder, model) = (view.ToBuilder(), then.Copy());
        }

        Assert.All(snapshots, snapshot => snapshot.Model.AssertEqual(snapshot.View));
    }

    [Fact]
    public void Order_of_those_who_share_does_not_depend_on_the_order_of_arrival()
    {
        string[] names = ["c", "a", "ä", "b", "B", "z"];
        var random = new Random(5);
        for (var run = 0; run < 20; run++)
        {
            random.Shuffle(names);
            var view = names.Aggregate(AccountView.Empty, (before, name) => before.Put(Entry(name[0], DnOf(name), ["one"], ["shared@truenorth.local"])));
            Assert.Equal(((string[])["B", "a", "b", "c", "z", "ä"]).Select(DnOf), view.WithLogin("one").Select(entry => entry.Dn));
            Assert.Equal(view.WithLogin("one"), view.WithAddress("shared@truenorth.local"));
        }
    }

    [Fact]
    public void Entry_that_holds_a_key_twice_shares_it_with_nobody()
    {
        var view = AccountView.Empty.Put(Entry(1, ["a", "a"], "a@truenorth.local", "A@truenorth.local"));
        Assert.Single(view.WithLogin("a"));
        Assert.Single(view.WithAddress("a@truenorth.local"));
        Assert.Equal(0, view.Conflicts);
    }

    [Fact]
    public void Conflicts_are_counted_listed_and_gone_when_one_leaves()
    {
        var view = AccountView.Empty.Put(Entry(1, ["a", "x"], "s@truenorth.local")).Put(Entry(2, ["b", "x"], "s@truenorth.local")).Put(Entry(3, ["c"], "s@truenorth.local"));
        Assert.Equal(2, view.Conflicts);
        Assert.Equal(["x"], view.SharedLogins.Keys);
        Assert.Equal([DnOf("a"), DnOf("b"), DnOf("c")], view.SharedAddresses["s@truenorth.local"].Select(entry => entry.Dn));

        view = view.Remove(Id(2));
        Assert.Empty(view.SharedLogins);
        Assert.Equal(2, view.SharedAddresses["s@truenorth.local"].Count);
        Assert.Equal(0, view.Remove(Id(3)).Conflicts);
    }

    [Fact]
    public void Conflict_is_new_only_in_the_change_that_brings_it()
    {
        var alone = AccountView.Empty.Put(Entry(1, ["x"], "s@truenorth.local"));
        var two = alone.Put(Entry(2, ["x"]));
        var three = two.Put(Entry(3, ["x"], "s@truenorth.local"));

        Assert.Empty(alone.ConflictsSince(AccountView.Empty));
        var first = Assert.Single(two.ConflictsSince(alone));
        Assert.Equal(("x", true), (first.Key, first.IsLogin));
        var second = Assert.Single(three.ConflictsSince(two));
        Assert.Equal(("s@truenorth.local", false), (second.Key, second.IsLogin));
        Assert.Equal(2, second.Dns.Count);
        Assert.Empty(alone.ConflictsSince(three));
    }

    [Fact]
    public void Address_of_a_hundred_thousand_entries_costs_no_more_than_any_other()
    {
        var builder = AccountView.Empty.ToBuilder();
        for (var i = 0; i < 100_000; i++) builder.Put(Entry(i, [$"login{i}"], "everybody@truenorth.local"));
        var view = builder.ToView();
        Assert.Equal(100_000, view.WithAddress("everybody@truenorth.local").Count);
        Assert.Equal(DnOf("login0"), view.WithAddress("everybody@truenorth.local")[0].Dn);
    }

    [Fact]
    public void Removing_what_is_not_there_gives_the_view_itself() => Assert.Same(AccountView.Empty, AccountView.Empty.Remove(Id(1)));
}
