using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What changing domains must do, whatever the store.</summary>
public abstract class DomainTableContract : MailboxStoreContract
{
    private static readonly Dictionary<string, long?> NoLimits = [];

    [Fact]
    public async Task Added_domain_is_ours_at_once_in_its_normal_form()
    {
        var result = await Domains.AddAsync("BÜCHER.example.", isEnabled: true, Token);
        Assert.Equal((MailboxOutcome.Done, "domain xn--bcher-kva.example added"), (result.Outcome, result.Message));
        Assert.Equal(new DomainEntry("xn--bcher-kva.example", true), (await Source.FindDomainAsync("xn--bcher-kva.example", Token)).Value);
    }

    [Fact]
    public async Task Domain_cannot_be_added_twice_in_any_spelling()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        Assert.Equal(MailboxOutcome.AlreadyExists, (await Domains.AddAsync("TrueNorth.example", isEnabled: false, Token)).Outcome);
        Assert.True((await Domains.ListAsync(Token))[0].IsEnabled);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b.example")]
    [InlineData("alice@truenorth.example")]
    [InlineData("[192.0.2.1]")]
    [InlineData("*.example")]
    [InlineData("-a.example")]
    [InlineData("a..example")]
    [InlineData("../etc")]
    [InlineData("a';DROP TABLE virtual_domains;--")]
    public async Task Text_that_is_no_domain_name_is_invalid(string name)
    {
        Assert.Equal(MailboxOutcome.Invalid, (await Domains.AddAsync(name, isEnabled: true, Token)).Outcome);
        Assert.Empty(await Domains.ListAsync(Token));
    }

    [Fact]
    public async Task Disabled_domain_is_still_ours_and_can_be_enabled_again()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        Assert.True((await Domains.SetAsync("truenorth.example", new(false, NoLimits), Token)).IsDone);
        Assert.False((await Source.FindDomainAsync("truenorth.example", Token)).Value!.IsEnabled);
        Assert.True((await Domains.SetAsync("truenorth.example", new(true, NoLimits), Token)).IsDone);
        Assert.True((await Source.FindDomainAsync("truenorth.example", Token)).Value!.IsEnabled);
    }

    [Fact]
    public async Task Domain_that_does_not_exist_can_be_neither_set_nor_removed()
    {
        Assert.Equal(MailboxOutcome.NotFound, (await Domains.SetAsync("truenorth.example", new(true, NoLimits), Token)).Outcome);
        Assert.Equal(MailboxOutcome.NotFound, (await Domains.RemoveAsync("truenorth.example", Token)).Outcome);
    }

    [Fact]
    public async Task Domain_may_have_amounts_of_its_own_which_go_with_it()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        await Domains.AddAsync("other.example", isEnabled: true, Token);
        var given = await Domains.SetAsync("truenorth.example", new(null, new Dictionary<string, long?> { ["hour"] = 5, ["day"] = 0 }), Token);
        Assert.Equal((MailboxOutcome.Done, "domain truenorth.example changed"), (given.Outcome, given.Message));
        Assert.Equal(new Dictionary<string, long> { ["hour"] = 5, ["day"] = 0 }, (await Source.FindDomainAsync("truenorth.example", Token)).Value!.Limits);
        Assert.Empty((await Source.FindDomainAsync("other.example", Token)).Value!.Limits);
        Assert.Equal([0, 2], (await Domains.ListAsync(Token)).Select(domain => domain.Limits.Count));

        await Domains.SetAsync("truenorth.example", new(false, new Dictionary<string, long?> { ["hour"] = 6, ["day"] = null }), Token);
        var changed = (await Source.FindDomainAsync("truenorth.example", Token)).Value!;
        Assert.Equal((false, 6), (changed.IsEnabled, Assert.Single(changed.Limits).Value));

        await Domains.RemoveAsync("truenorth.example", Token);
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        Assert.Empty((await Source.FindDomainAsync("truenorth.example", Token)).Value!.Limits);
    }

    [Fact]
    public async Task Change_of_a_domain_that_cannot_be_stored_is_invalid()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        DomainChange[] changes = [new(null, NoLimits), new(null, new Dictionary<string, long?> { ["hour"] = -1 }), new(false, new Dictionary<string, long?> { [""] = 1 })];
        foreach (var change in changes) Assert.Equal(MailboxOutcome.Invalid, (await Domains.SetAsync("truenorth.example", change, Token)).Outcome);
        Assert.True((await Source.FindDomainAsync("truenorth.example", Token)).Value!.IsEnabled);
    }

    [Fact]
    public async Task Domain_with_accounts_or_aliases_is_not_removed()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        await Accounts.AddAsync("alice@truenorth.example", new AccountChange { PasswordHash = "{PLAIN}secret" }, Token);
        await Aliases.AddAsync("info@truenorth.example", "alice@truenorth.example", Token);
        var refused = await Domains.RemoveAsync("truenorth.example", Token);
        Assert.Equal(
            (MailboxOutcome.NotEmpty, "domain truenorth.example still has accounts (1) or aliases (1); remove them first"), (refused.Outcome, refused.Message));

        await Accounts.RemoveAsync("alice@truenorth.example", Token);
        await Aliases.RemoveAsync("info@truenorth.example", null, Token);
        Assert.True((await Domains.RemoveAsync("truenorth.example", Token)).IsDone);
        Assert.True((await Source.FindDomainAsync("truenorth.example", Token)).IsNotFound);
    }

    [Fact]
    public async Task List_counts_accounts_and_aliases()
    {
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
        await Domains.AddAsync("closed.example", isEnabled: false, Token);
        await Accounts.AddAsync("alice@truenorth.example", new AccountChange { PasswordHash = "{PLAIN}secret" }, Token);
        await Aliases.AddAsync("info@truenorth.example", "alice@truenorth.example", Token);
        await Aliases.AddAsync("info@truenorth.example", "bob@elsewhere.example", Token);
        Assert.Equal(
            [new MailDomain { Name = "closed.example" }, new MailDomain { Name = "truenorth.example", IsEnabled = true, Accounts = 1, Aliases = 1 }],
            await Domains.ListAsync(Token));
    }
}
