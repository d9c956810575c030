using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What a directory of entries (LDAP) must do besides: two entries may claim one login or one address, and it has no list of domains.</summary>
public abstract class EntryDirectoryContract : DirectoryContract
{
    private const string Ours = DirectorySeed.Ours;

    private static readonly SeedAccount Twin = new("twin", $"twin.one@{Ours}");

    protected override DirectorySeed Seed { get; } = DirectorySeed.Standard.With(Twin, Twin with { Addresses = [$"twin.two@{Ours}"] });

    protected override string LoginOf(SeedAccount account) => account.Name;

    [Fact]
    public async Task Login_of_two_entries_is_unavailable_and_says_that_it_is_ambiguous()
    {
        var answer = await AskLoginAsync("twin");
        Assert.True(answer.IsUnavailable);
        Assert.Contains("ambiguous", answer.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_of_two_entries_has_both_accounts()
    {
        var entry = (await AskAddressAsync($"team@{Ours}")).Value!;
        Assert.Equal(["alice", "bob"], entry.Accounts.Select(account => account.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Alternate_addresses_are_addresses_of_the_account() =>
        Assert.Equal(DirectorySeed.Alice.Addresses, (await FindAsync(DirectorySeed.Alice)).Addresses.Select(address => address.Text));

    [Fact]
    public async Task Domain_is_never_ours_by_an_address_in_it() =>
        Assert.True((await Source.FindDomainAsync(Ours, TestContext.Current.CancellationToken)).IsNotFound);
}
