using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

public sealed class ViewAnswersTests
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(7);

    private static readonly ViewAnswers Answers = new(
        "ldap", new LdapOptions { Urls = [], BaseDn = "dc=x", Attributes = new LdapAttributes { AllowedSenders = "tnMailAllowedSenders" } });

    [Fact]
    public void Account_is_found_by_login_with_its_DN_and_the_age_of_the_view()
    {
        var answer = Account(AccountView.Empty.Put(Entry(1, ["alice"], "alice@truenorth.local")), "alice");
        Assert.Equal("alice", answer.Value!.Name);
        Assert.Equal(new Provenance("ldap", DnOf("alice"), Age), answer.Provenance);
    }

    [Fact]
    public void Login_of_one_entry_wins_over_the_address_of_another()
    {
        var view = AccountView.Empty.Put(Entry(1, ["a@truenorth.local"])).Put(Entry(2, ["b"], "a@truenorth.local"));
        Assert.Equal(DnOf("a@truenorth.local"), Account(view, "a@truenorth.local").Provenance.Entry);
    }

    [Fact]
    public void Login_that_is_none_is_tried_as_an_address_when_it_has_a_domain()
    {
        var view = AccountView.Empty.Put(Entry(1, ["alice"], "a.larsson@truenorth.local"));
        Assert.Equal("alice", Account(view, "a.larsson@truenorth.local").Value!.Name);
        Assert.True(Account(view, "a.larsson").IsNotFound);
        Assert.Equal(new Provenance("ldap", "", Age), Account(view, "a.larsson").Provenance);
    }

    [Fact]
    public void Login_of_two_entries_is_ambiguous_and_names_both()
    {
        var view = AccountView.Empty.Put(Entry(2, DnOf("b"), ["x"], [])).Put(Entry(1, DnOf("a"), ["x"], []));
        var answer = Account(view, "x");
        Assert.True(answer.IsAmbiguous);
        Assert.Equal($"ambiguous: 2 entries answer for one login, {DnOf("a")} and {DnOf("b")}", answer.Cause);
    }

    [Fact]
    public void Shared_address_that_is_used_as_a_login_is_ambiguous() =>
        Assert.True(Account(AccountView.Empty.Put(Entry(1, ["a"], "s@truenorth.local")).Put(Entry(2, ["b"], "s@truenorth.local")), "s@truenorth.local").IsAmbiguous);

    [Fact]
    public void Login_of_very_many_entries_names_a_few()
    {
        var view = Enumerable.Range(10, 50).Aggregate(AccountView.Empty, (before, i) => before.Put(Entry(i, DnOf($"n{i}"), ["x"], [])));
        Assert.EndsWith($"{DnOf("n17")} and others", Account(view, "x").Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_address_has_its_accounts_in_the_order_of_their_DNs_and_whoever_may_write_to_one()
    {
        var view = AccountView.Empty.Put(Restricted(2, "b", "@one.example", "@two.example")).Put(Restricted(1, "a", "@one.example")).Put(Entry(3, ["c"], "s@truenorth.local"));
        var answer = Address(view, "s@truenorth.local");
        Assert.Equal(["a", "b", "c"], answer.Value!.Accounts.Select(account => account.Name));
        Assert.Equal(["@one.example", "@two.example"], answer.Value.AllowedSenders.Select(sender => sender.Text));
        Assert.Equal("s@truenorth.local", answer.Value.Address.Text);
        Assert.Equal(new Provenance("ldap", DnOf("a"), Age), answer.Provenance);
    }

    [Fact]
    public void Address_is_asked_for_exactly_and_a_catch_all_as_such()
    {
        var view = AccountView.Empty.Put(Entry(1, ["a"], "@catch.example"));
        Assert.True(Address(view, "x@catch.example").IsNotFound);
        Assert.Equal("a", Assert.Single(Address(view, "@catch.example").Value!.Accounts).Name);
    }

    [Fact]
    public void Restriction_that_nobody_can_read_makes_the_address_ambiguous_whoever_else_has_it()
    {
        var view = AccountView.Empty.Put(Entry(1, ["a"], "alice@truenorth.local")).Put(FullEntry(2, "alice"));
        var answer = Address(view, "alice@truenorth.local");
        Assert.True(answer.IsAmbiguous);
        Assert.Equal($"tnMailAllowedSenders of {DnOf("alice")} holds no address", answer.Cause);
    }

    [Theory]
    [InlineData(LdapDirectory.MaxOwners, false)]
    [InlineData(LdapDirectory.MaxOwners + 1, true)]
    public void Address_of_more_entries_than_can_be_owners_is_ambiguous(int count, bool expected)
    {
        var view = Enumerable.Range(0, count).Aggregate(AccountView.Empty, (before, i) => before.Put(Entry(i, [$"n{i}"], "s@truenorth.local")));
        Assert.Equal(expected, Address(view, "s@truenorth.local").IsAmbiguous);
    }

    [Fact]
    public void No_domain_is_ours_by_the_addresses_in_it() => Assert.True(Answers.FindDomain(Age).IsNotFound);

    private static ViewEntry Restricted(int id, string login, params string[] allowedSenders) => new(
        Id(id), null, Entry(id, [login], "s@truenorth.local").Account, [.. allowedSenders.Select(Mail.Address)], false);

    private static Lookup<Account> Account(AccountView view, string login) => Answers.FindAccount(view, login, Age);

    private static Lookup<AddressEntry> Address(AccountView view, string address) => Answers.FindAddress(view, Mail.Address(address), Age);
}
