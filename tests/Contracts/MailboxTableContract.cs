using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What a directory of mailbox tables (domains, users, aliases) must do besides: it has a list of domains, aliases and switches.</summary>
public abstract class MailboxTableContract : DirectoryContract
{
    private const string Ours = DirectorySeed.Ours;

    private static readonly SeedAccount Henry = new("henry", $"henry@{Ours}") { IsEnabled = false };
    private static readonly SeedAccount Ivy = new("ivy", "ivy@closed.example");

    protected override DirectorySeed Seed { get; } = DirectorySeed.Standard.With(Henry, Ivy) with
    {
        Domains = [.. DirectorySeed.Standard.Domains, new("closed.example", IsEnabled: false)],
        Aliases =
        [
            new($"staff@{Ours}", $"alice@{Ours}"), new($"staff@{Ours}", $"bob@{Ours}"), new($"staff@{Ours}", "carl@elsewhere.example"),
            new($"office@{Ours}", $"a.liddell@{Ours}"),
            new($"erin@{Ours}", $"erin@{Ours}"), new($"erin@{Ours}", $"alice@{Ours}"),
            new("sales@closed.example", $"alice@{Ours}"),
        ],
    };

    [Fact]
    public async Task Domain_in_the_table_is_ours_also_when_disabled()
    {
        Assert.Equal(new DomainEntry(Ours, true), (await AskDomainAsync(Ours)).Value);
        Assert.Equal(new DomainEntry("xn--bcher-kva.example", true), (await AskDomainAsync("xn--bcher-kva.example")).Value);
        Assert.Equal(new DomainEntry("closed.example", false), (await AskDomainAsync("closed.example")).Value);
    }

    [Fact]
    public async Task Disabled_mailbox_and_mailbox_of_a_disabled_domain_are_found_and_not_enabled()
    {
        Assert.True((await FindAsync(DirectorySeed.Alice)).States[0].IsEnabled);
        Assert.False((await FindAsync(Henry)).States[0].IsEnabled);
        Assert.False((await FindAsync(Ivy)).States[0].IsEnabled);
        Assert.False((await AskAddressAsync(Ivy.MainAddress)).Value!.Accounts[0].States[0].IsEnabled);
    }

    [Fact]
    public async Task Alias_gives_all_its_destinations_ours_and_foreign_and_follows_none()
    {
        var entry = (await AskAddressAsync($"staff@{Ours}")).Value!;
        Assert.Empty(entry.Accounts);
        Assert.Equal(
            [$"alice@{Ours}", $"bob@{Ours}", "carl@elsewhere.example"],
            entry.Destinations.Select(address => address.Text).Order(StringComparer.Ordinal));
        Assert.Equal([$"a.liddell@{Ours}"], (await AskAddressAsync($"office@{Ours}")).Value!.Destinations.Select(address => address.Text));
    }

    [Fact]
    public async Task Alias_of_an_alias_leads_to_the_account_and_belongs_to_it()
    {
        Assert.Equal([$"alice@{Ours}"], await FindReceiversAsync($"office@{Ours}"));
        Assert.True(await MaySendAsAsync(DirectorySeed.Alice, $"office@{Ours}"));
    }

    [Fact]
    public async Task Alias_with_several_destinations_belongs_to_none_of_them() =>
        Assert.False(await MaySendAsAsync(DirectorySeed.Alice, $"staff@{Ours}"));

    [Fact]
    public async Task Mailbox_with_an_alias_of_its_own_name_has_both_account_and_destinations()
    {
        var entry = (await AskAddressAsync($"erin@{Ours}")).Value!;
        Assert.Equal([$"erin@{Ours}"], entry.Accounts.Select(account => account.Name));
        Assert.Equal(2, entry.Destinations.Count);
    }

    [Fact]
    public async Task Alias_of_a_disabled_domain_is_known_and_leads_nowhere()
    {
        var answer = await AskAddressAsync("sales@closed.example");
        Assert.True(answer.IsFound);
        Assert.Empty(answer.Value.Destinations);
        Assert.False(await MaySendAsAsync(DirectorySeed.Alice, "sales@closed.example"));
    }

    [Fact]
    public async Task Domain_question_is_unavailable_when_the_source_is_down()
    {
        await StopAsync();
        Assert.True((await AskDomainAsync(Ours)).IsUnavailable);
        Assert.True((await AskDomainAsync("elsewhere.example")).IsUnavailable);
    }

    private ValueTask<Lookup<DomainEntry>> AskDomainAsync(string domain) => Source.FindDomainAsync(domain, TestContext.Current.CancellationToken);
}
