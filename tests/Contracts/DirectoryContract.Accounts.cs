using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>Logins and the facts of an account.</summary>
public abstract partial class DirectoryContract
{
    [Fact]
    public async Task Known_login_is_found_with_its_canonical_name_and_main_address()
    {
        var account = await FindAsync(DirectorySeed.Alice);
        Assert.Equal(LoginOf(DirectorySeed.Alice), account.Name);
        Assert.Equal(account.Name, account.Logins[0]);
        Assert.Equal(DirectorySeed.Alice.MainAddress, account.Addresses[0].Text);
    }

    [Fact]
    public async Task Unknown_login_is_not_found()
    {
        Assert.True((await AskLoginAsync($"nobody@{DirectorySeed.Ours}")).IsNotFound);
        Assert.True((await AskLoginAsync("nobody")).IsNotFound);
    }

    [Fact]
    public async Task Login_in_another_case_is_the_same_account()
    {
        var answer = await AskLoginAsync(LoginOf(DirectorySeed.Alice).ToUpperInvariant());
        Assert.Equal(LoginOf(DirectorySeed.Alice), answer.Value?.Name);
    }

    [Fact]
    public async Task Account_of_an_internationalized_domain_is_found_by_either_spelling()
    {
        Assert.Equal([LoginOf(DirectorySeed.Zoe)], await FindReceiversAsync("zoe@bücher.example"));
        Assert.Equal([LoginOf(DirectorySeed.Zoe)], await FindReceiversAsync("ZOE@XN--BCHER-KVA.example."));
    }

    [Fact]
    public async Task Send_flag_keeps_absent_true_false_and_invalid_apart()
    {
        Assert.Equal(SendAllowed.Absent, (await FindAsync(DirectorySeed.Alice)).States[0].SendAllowed);
        Assert.Equal(SendAllowed.True, (await FindAsync(DirectorySeed.Bob)).States[0].SendAllowed);
        Assert.Equal(SendAllowed.False, (await FindAsync(DirectorySeed.Carol)).States[0].SendAllowed);
        Assert.Equal(SendAllowed.Invalid, (await FindAsync(DirectorySeed.Dave)).States[0].SendAllowed);
    }

    [Fact]
    public async Task Account_status_is_given_as_written_and_null_when_absent()
    {
        Assert.Equal("disabled", (await FindAsync(DirectorySeed.Erin)).States[0].Status);
        Assert.Equal("active", (await FindAsync(DirectorySeed.Bob)).States[0].Status);
        Assert.Null((await FindAsync(DirectorySeed.Alice)).States[0].Status);
    }

    [Fact]
    public async Task Delegated_senders_are_addresses_and_domains()
    {
        var account = await FindAsync(DirectorySeed.Frank);
        Assert.Equal(["@partner.example", $"sales@{DirectorySeed.Ours}"], account.SendAs.Select(address => address.Text).Order(StringComparer.Ordinal));
        Assert.True(await MaySendAsAsync(DirectorySeed.Frank, "anyone@partner.example"));
        Assert.False(await MaySendAsAsync(DirectorySeed.Carol, $"sales@{DirectorySeed.Ours}"));
    }

    [Fact]
    public async Task Limits_of_an_account_are_given_by_name_also_zero()
    {
        Assert.Equal(DirectorySeed.Frank.Limits, (await FindAsync(DirectorySeed.Frank)).Limits);
        Assert.Empty((await FindAsync(DirectorySeed.Alice)).Limits);
    }

    [Fact]
    public async Task Provenance_names_the_source_and_the_entry()
    {
        var answer = await AskLoginAsync(LoginOf(DirectorySeed.Alice));
        Assert.Contains(answer.Provenance.Source, SourceNames);
        Assert.Contains("alice", answer.Provenance.Entry, StringComparison.Ordinal);
        Assert.Contains(answer.Value!.States[0].Source, SourceNames);
        Assert.Contains("alice", answer.Value.States[0].Entry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provenance_names_the_source_also_when_nothing_is_found() =>
        Assert.Contains((await AskLoginAsync("nobody")).Provenance.Source, SourceNames);
}
