using PolicyDaemon.Backends.Mailboxes;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What changing aliases must do, whatever the store.</summary>
public abstract class AliasTableContract : MailboxStoreContract
{
    private const string Info = "info@truenorth.example";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
    }

    [Fact]
    public async Task Alias_leads_to_many_and_many_lead_to_one()
    {
        Assert.True((await Aliases.AddAsync("Info@truenorth.example", "alice@truenorth.example", Token)).IsDone);
        Assert.True((await Aliases.AddAsync(Info, "Bob@BÜCHER.example", Token)).IsDone);
        Assert.True((await Aliases.AddAsync("office@truenorth.example", "alice@truenorth.example", Token)).IsDone);
        Assert.Equal(["alice@truenorth.example", "bob@xn--bcher-kva.example"], await DestinationsAsync(Info));
        Assert.Equal(["alice@truenorth.example"], await DestinationsAsync("office@truenorth.example"));
    }

    [Fact]
    public async Task Catch_all_is_an_alias_of_the_domain()
    {
        Assert.True((await Aliases.AddAsync("@TrueNorth.example", "alice@truenorth.example", Token)).IsDone);
        Assert.Equal(["alice@truenorth.example"], await DestinationsAsync("@truenorth.example"));
    }

    [Fact]
    public async Task Alias_cannot_be_added_twice()
    {
        await Aliases.AddAsync(Info, "alice@truenorth.example", Token);
        Assert.Equal(MailboxOutcome.AlreadyExists, (await Aliases.AddAsync("INFO@truenorth.example", "Alice@truenorth.example", Token)).Outcome);
    }

    [Fact]
    public async Task Alias_needs_a_domain_that_exists_and_valid_addresses()
    {
        Assert.Equal(MailboxOutcome.DomainMissing, (await Aliases.AddAsync("info@elsewhere.example", "alice@truenorth.example", Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.AddAsync("info", "alice@truenorth.example", Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.AddAsync(Info, "alice", Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.AddAsync(Info, "@truenorth.example", Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.AddAsync(Info, "|/bin/sh", Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.SetAsync(Info, [], Token)).Outcome);
        Assert.Empty(await Aliases.ListAsync(Token));
    }

    [Fact]
    public async Task Set_replaces_all_destinations_of_an_alias_that_exists()
    {
        Assert.Equal(MailboxOutcome.NotFound, (await Aliases.SetAsync(Info, ["bob@truenorth.example"], Token)).Outcome);
        await Aliases.AddAsync(Info, "alice@truenorth.example", Token);
        var result = await Aliases.SetAsync(Info, ["bob@truenorth.example", "carol@truenorth.example", "bob@truenorth.example"], Token);
        Assert.Equal($"alias {Info} now leads to bob@truenorth.example, carol@truenorth.example", result.Message);
        Assert.Equal(["bob@truenorth.example", "carol@truenorth.example"], await DestinationsAsync(Info));
    }

    [Fact]
    public async Task One_destination_or_the_whole_alias_is_removed()
    {
        await Aliases.AddAsync(Info, "alice@truenorth.example", Token);
        await Aliases.AddAsync(Info, "bob@truenorth.example", Token);
        await Aliases.AddAsync(Info, "carol@truenorth.example", Token);
        Assert.True((await Aliases.RemoveAsync(Info, "alice@truenorth.example", Token)).IsDone);
        Assert.Equal(MailboxOutcome.NotFound, (await Aliases.RemoveAsync(Info, "alice@truenorth.example", Token)).Outcome);
        Assert.Equal(["bob@truenorth.example", "carol@truenorth.example"], await DestinationsAsync(Info));
        Assert.True((await Aliases.RemoveAsync(Info, null, Token)).IsDone);
        Assert.Null(await FindAddressAsync(Info));
        Assert.Equal(MailboxOutcome.NotFound, (await Aliases.RemoveAsync(Info, null, Token)).Outcome);
    }

    [Fact]
    public async Task Allowed_senders_of_an_alias_last_as_long_as_the_alias()
    {
        Assert.Equal(MailboxOutcome.NotFound, (await Aliases.SetAllowedSendersAsync(Info, new(["@truenorth.example"], []), Token)).Outcome);
        await Aliases.AddAsync(Info, "alice@truenorth.example", Token);
        Assert.Equal(MailboxOutcome.Invalid, (await Aliases.SetAllowedSendersAsync(Info, new(["anyone"], []), Token)).Outcome);
        Assert.True((await Aliases.SetAllowedSendersAsync(Info, new(["@truenorth.example", "bob@elsewhere.example"], []), Token)).IsDone);
        Assert.Equal(["@truenorth.example", "bob@elsewhere.example"], (await FindAddressAsync(Info))!.AllowedSenders.Select(address => address.Text));
        Assert.Equal(["@truenorth.example", "bob@elsewhere.example"], (await Aliases.ListAsync(Token))[0].AllowedSenders);

        await Aliases.RemoveAsync(Info, null, Token);
        await Aliases.AddAsync(Info, "alice@truenorth.example", Token);
        Assert.Empty((await FindAddressAsync(Info))!.AllowedSenders);
    }

    private async Task<IEnumerable<string>> DestinationsAsync(string source) =>
        (await FindAddressAsync(source))!.Destinations.Select(address => address.Text).Order(StringComparer.Ordinal);
}
