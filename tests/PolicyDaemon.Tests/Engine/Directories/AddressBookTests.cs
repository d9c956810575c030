using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Directories;

public sealed class AddressBookTests
{
    private readonly TestDirectory directory = new TestDirectory()
        .Add(Mail.Account("alice"))
        .Add(Mail.Account("bob", also: "@catch.example"))
        .Add(Mail.Account("team", also: "bob+own@truenorth.local"))
        .AddAlias("one@truenorth.local", "alice@truenorth.local")
        .AddAlias("two@truenorth.local", "one+x@truenorth.local")
        .AddAlias("both@truenorth.local", "alice@truenorth.local", "bob@truenorth.local")
        .AddAlias("alice+lists@truenorth.local", "archive@truenorth.local", "who@example.org")
        .AddAlias("loop@truenorth.local", "ring@truenorth.local")
        .AddAlias("ring@truenorth.local", "loop@truenorth.local")
        .AddAlias("gone@truenorth.local", "nobody@truenorth.local")
        .AddExtra("mailman@truenorth.local")
        .AddDomain("catch.example")
        .AddDomain("off.example", isEnabled: false);

    private AddressBook Book => new(directory, Mail.Policy);

    [Theory]
    [InlineData("alice+x@truenorth.local", "alice@truenorth.local")]
    [InlineData("two@truenorth.local", "alice@truenorth.local")]
    [InlineData("bob+own@truenorth.local", "team@truenorth.local")]
    [InlineData("anything+x@catch.example", "bob@truenorth.local")]
    [InlineData("both+x@truenorth.local", "both@truenorth.local")]
    [InlineData("alice+lists@truenorth.local", "alice@truenorth.local")]
    [InlineData("loop@truenorth.local", "loop@truenorth.local")]
    [InlineData("mailman+x@truenorth.local", "mailman@truenorth.local")]
    [InlineData("nobody+x@truenorth.local", "nobody@truenorth.local")]
    [InlineData("who+x@example.org", "who@example.org")]
    [InlineData("alice%truenorth.local@localhost", "alice@truenorth.local")]
    public async Task Recipient_is_counted_under_the_account_that_it_leads_to(string address, string expected)
    {
        var counted = await Book.FindCountedAsync(Mail.Address(address), default);
        Assert.Equal(expected, counted.Value?.Text);

        directory.State = SourceState.Down;
        Assert.True((await Book.FindCountedAsync(Mail.Address(address), default)).IsUnavailable);
    }

    [Theory]
    [InlineData("alice@truenorth.local", "alice")]
    [InlineData("alice+x@truenorth.local", "alice")]
    [InlineData("bob+own@truenorth.local", "team")]
    [InlineData("anything@catch.example", "bob")]
    [InlineData("anything+x@catch.example", "bob")]
    [InlineData("one@truenorth.local", "alice")]
    [InlineData("two@truenorth.local", "alice")]
    [InlineData("both@truenorth.local", "")]
    [InlineData("alice+lists@truenorth.local", "")]
    [InlineData("loop@truenorth.local", "")]
    [InlineData("gone@truenorth.local", "")]
    [InlineData("mailman@truenorth.local", "")]
    [InlineData("nobody@truenorth.local", null)]
    public async Task Owner_is_found_by_tag_catch_all_and_single_aliases(string address, string? expected)
    {
        var owners = await Book.FindOwnersAsync(Mail.Address(address), default);
        Assert.Equal(expected, owners.Value is { } found ? string.Join(' ', found.Accounts.Select(account => account.Name)) : null);
        Assert.Equal(expected is null ? LookupAnswer.NotFound : LookupAnswer.Found, owners.Answer);
    }

    [Theory]
    [InlineData("alice+x@truenorth.local", "alice@truenorth.local")]
    [InlineData("bob+own@truenorth.local", "bob+own@truenorth.local")]
    [InlineData("anything@catch.example", "@catch.example")]
    [InlineData("two@truenorth.local", "two@truenorth.local")]
    public async Task Address_that_answered_is_named(string address, string expected) =>
        Assert.Equal(expected, (await Book.FindOwnersAsync(Mail.Address(address), default)).Value?.Answering.Text);

    [Theory]
    [InlineData("both@truenorth.local", "alice bob", false)]
    [InlineData("two@truenorth.local", "alice", false)]
    [InlineData("alice+lists@truenorth.local", "", true)]
    [InlineData("mailman@truenorth.local", "", true)]
    [InlineData("loop@truenorth.local", null, false)]
    [InlineData("gone@truenorth.local", null, false)]
    public async Task Route_leads_through_aliases_to_accounts(string address, string? expected, bool leadsElsewhere)
    {
        var route = await Book.FindRouteAsync(Mail.Address(address), default);
        Assert.Equal(expected, route.Value is { } found ? string.Join(' ', found.Accounts.Select(account => account.Name)) : null);
        Assert.Equal(leadsElsewhere, route.Value?.LeadsElsewhere ?? false);
    }

    [Fact]
    public async Task Chain_of_aliases_longer_than_anyone_needs_has_no_owner_and_still_exists()
    {
        for (var i = 0; i < 20; i++) directory.AddAlias($"c{i}@truenorth.local", $"c{i + 1}@truenorth.local");
        directory.AddAlias("c20@truenorth.local", "alice@truenorth.local");

        Assert.Empty((await Book.FindOwnersAsync(Mail.Address("c0@truenorth.local"), default)).Value!.Accounts);
        Assert.True((await Book.FindRouteAsync(Mail.Address("c0@truenorth.local"), default)).Value?.LeadsElsewhere);
        Assert.Equal("alice", Assert.Single((await Book.FindOwnersAsync(Mail.Address("c12@truenorth.local"), default)).Value!.Accounts).Name);
    }

    [Theory]
    [InlineData("truenorth.local", LookupAnswer.Found, true)]
    [InlineData("catch.example", LookupAnswer.Found, true)]
    [InlineData("off.example", LookupAnswer.Found, false)]
    [InlineData("example.org", LookupAnswer.NotFound, false)]
    [InlineData("sub.truenorth.local", LookupAnswer.NotFound, false)]
    public async Task Domain_is_ours_by_configuration_or_by_a_list(string domain, LookupAnswer expected, bool isEnabled)
    {
        var answer = await Book.FindDomainAsync(domain, default);
        Assert.Equal((expected, isEnabled), (answer.Answer, answer.Value?.IsEnabled ?? false));
    }

    [Fact]
    public async Task Configured_domain_is_ours_also_while_the_list_cannot_be_read()
    {
        directory.State = SourceState.Down;
        var own = await Book.FindDomainAsync(Mail.Domain, default);
        Assert.Equal((true, "ldap is down"), (own.IsFound, own.Value!.MissingCause));
        Assert.True((await Book.FindDomainAsync("catch.example", default)).IsUnavailable);
        Assert.True((await Book.FindOwnersAsync(Mail.Address("alice@truenorth.local"), default)).IsUnavailable);
        Assert.True((await Book.FindRouteAsync(Mail.Address("alice@truenorth.local"), default)).IsUnavailable);
    }

    [Theory]
    [InlineData("alice+x@truenorth.local", "alice")]
    [InlineData("anything@catch.example", "bob")]
    [InlineData("two@truenorth.local", "alice")]
    public async Task While_a_source_is_away_the_owners_that_others_know_are_partial(string address, string expected)
    {
        var book = new AddressBook(new CombinedDirectory([directory, new TestDirectory("sqlite") { State = SourceState.Down }]), Mail.Policy);
        var owners = await book.FindOwnersAsync(Mail.Address(address), default);

        Assert.True(owners.IsUnavailable);
        Assert.Equal(expected, Assert.Single(owners.Value!.Accounts).Name);
    }

    [Theory]
    [InlineData("alice@truenorth.local", "alice@truenorth.local")]
    [InlineData("prvs=0123abcdef=alice@truenorth.local", "alice@truenorth.local")]
    [InlineData("alice%truenorth.local@localhost", "alice@truenorth.local")]
    [InlineData("x%y@truenorth.local", "x%y@truenorth.local")]
    [InlineData("x%y@example.org", "x@y")]
    [InlineData("a%b%c%d%e@example.org", null)]
    public async Task Recipient_means_the_address_of_ours_inside_it(string recipient, string? expected) =>
        Assert.Equal(expected, (await Book.FindTargetAsync(Mail.Address(recipient), default))?.Address.Text);
}
