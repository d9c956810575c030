using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Contracts;

/// <summary>What changing accounts must do, whatever the store.</summary>
public abstract class AccountTableContract : MailboxStoreContract
{
    private const string Alice = "alice@truenorth.example";

    private static readonly AccountChange Password = new() { PasswordHash = "{SHA512-CRYPT}$6$salt$hash" };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Domains.AddAsync("truenorth.example", isEnabled: true, Token);
    }

    [Fact]
    public async Task Added_account_is_found_at_once_with_nothing_said_about_it()
    {
        Assert.True((await Accounts.AddAsync("Alice@TrueNorth.example", Password, Token)).IsDone);
        var account = await FindAccountAsync(Alice);
        Assert.Equal([new AccountState(Source.Name, account!.States[0].Entry)], account.States);
        var listed = Assert.Single(await ListAsync());
        Assert.Equal((Alice, true, 1024, SendAllowed.Absent, null), (listed.Login, listed.IsEnabled, listed.QuotaMegabytes, listed.SendAllowed, listed.Status));
        Assert.Equal((0, 0, 0), (listed.SendAs.Count, listed.AllowedSenders.Count, listed.Limits.Count));
    }

    [Fact]
    public async Task Account_cannot_be_added_twice_and_keeps_what_it_has()
    {
        await Accounts.AddAsync(Alice, Password, Token);
        Assert.Equal(MailboxOutcome.AlreadyExists, (await Accounts.AddAsync("ALICE@truenorth.example", Password with { QuotaMegabytes = 1 }, Token)).Outcome);
        Assert.Equal(1024, (await ListAsync())[0].QuotaMegabytes);
    }

    [Fact]
    public void Change_does_not_show_its_password_hash() =>
        Assert.DoesNotContain("$6$", Password.ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task Account_needs_a_domain_that_exists()
    {
        var result = await Accounts.AddAsync("alice@elsewhere.example", Password, Token);
        Assert.Equal((MailboxOutcome.DomainMissing, "domain elsewhere.example does not exist; add it first"), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task Account_needs_a_password_hash_with_its_scheme()
    {
        Assert.Equal(MailboxOutcome.Invalid, (await Accounts.AddAsync(Alice, new AccountChange(), Token)).Outcome);
        foreach (var hash in new[] { "", "secret", "{}secret", "{PLAIN}", "{PLAIN}a\nb", "{PLAIN}" + new string('x', 250) })
        {
            var result = await Accounts.AddAsync(Alice, new AccountChange { PasswordHash = hash }, Token);
            Assert.Equal(MailboxOutcome.Invalid, result.Outcome);
            Assert.DoesNotContain("secret", result.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("@truenorth.example")]
    [InlineData("")]
    [InlineData("a b@truenorth.example")]
    [InlineData("a\u0001@truenorth.example")]
    [InlineData("alice@[192.0.2.1]")]
    public async Task Text_that_is_no_address_is_invalid(string login)
    {
        Assert.Equal(MailboxOutcome.Invalid, (await Accounts.AddAsync(login, Password, Token)).Outcome);
        Assert.Equal(MailboxOutcome.Invalid, (await Accounts.RemoveAsync(login, Token)).Outcome);
    }

    [Fact]
    public async Task Everything_that_an_account_can_have_is_set_and_taken_away_again()
    {
        await Accounts.AddAsync(Alice, Password, Token);
        var set = new AccountChange
        {
            QuotaMegabytes = 0,
            IsEnabled = false,
            SendAllowed = SendAllowed.False,
            Status = "disabled",
            SendAs = new(["Sales@truenorth.example", "@PARTNER.example"], []),
            AllowedSenders = new(["bob@truenorth.example"], []),
            Limits = new Dictionary<string, long?> { ["login-hour"] = 500, ["login-day"] = 0 },
        };
        Assert.True((await Accounts.SetAsync(Alice, set, Token)).IsDone);

        var account = await FindAccountAsync(Alice);
        Assert.Equal([new AccountState(Source.Name, account!.States[0].Entry, SendAllowed.False, "disabled", IsEnabled: false)], account.States);
        Assert.Equal(["@partner.example", "sales@truenorth.example"], account.SendAs.Select(address => address.Text));
        Assert.Equal(new Dictionary<string, long> { ["login-hour"] = 500, ["login-day"] = 0 }, account.Limits);
        Assert.Equal(["bob@truenorth.example"], (await FindAddressAsync(Alice))!.AllowedSenders.Select(address => address.Text));
        var listed = (await ListAsync())[0];
        Assert.Equal((0, false, SendAllowed.False, "disabled"), (listed.QuotaMegabytes, listed.IsEnabled, listed.SendAllowed, listed.Status));
        Assert.Equal((2, 1, 2), (listed.SendAs.Count, listed.AllowedSenders.Count, listed.Limits.Count));

        var unset = new AccountChange
        {
            IsEnabled = true,
            SendAllowed = SendAllowed.Absent,
            Status = "",
            SendAs = new([], ["sales@truenorth.example", "@partner.example"]),
            AllowedSenders = new([], ["bob@truenorth.example"]),
            Limits = new Dictionary<string, long?> { ["login-hour"] = null, ["login-day"] = null },
        };
        Assert.True((await Accounts.SetAsync(Alice, unset, Token)).IsDone);
        account = await FindAccountAsync(Alice);
        Assert.Equal([new AccountState(Source.Name, account!.States[0].Entry)], account.States);
        Assert.Empty(account.SendAs);
        Assert.Empty(account.Limits);
        Assert.Empty((await FindAddressAsync(Alice))!.AllowedSenders);
    }

    [Fact]
    public async Task What_is_not_named_in_a_change_stays()
    {
        await Accounts.AddAsync(Alice, Password with { SendAllowed = SendAllowed.False, Status = "disabled", QuotaMegabytes = 5, IsEnabled = false }, Token);
        await Accounts.SetAsync(Alice, new AccountChange { Limits = new Dictionary<string, long?> { ["login-hour"] = 1 } }, Token);
        var listed = (await ListAsync())[0];
        Assert.Equal((5, false, SendAllowed.False, "disabled"), (listed.QuotaMegabytes, listed.IsEnabled, listed.SendAllowed, listed.Status));
    }

    [Fact]
    public async Task Invalid_change_changes_nothing()
    {
        await Accounts.AddAsync(Alice, Password, Token);
        AccountChange[] invalid =
        [
            new(),
            new() { QuotaMegabytes = -1 },
            new() { SendAllowed = SendAllowed.Invalid },
            new() { Status = "a\nb" },
            new() { IsEnabled = false, SendAs = new(["nobody"], []) },
            new() { IsEnabled = false, AllowedSenders = new([], ["@"]) },
            new() { IsEnabled = false, Limits = new Dictionary<string, long?> { ["a\tb"] = 1 } },
            new() { IsEnabled = false, Limits = new Dictionary<string, long?> { ["login-hour"] = -1 } },
        ];
        foreach (var change in invalid) Assert.Equal(MailboxOutcome.Invalid, (await Accounts.SetAsync(Alice, change, Token)).Outcome);
        Assert.True((await FindAccountAsync(Alice))!.States[0].IsEnabled);
    }

    [Fact]
    public async Task Account_that_does_not_exist_can_be_neither_set_nor_removed()
    {
        Assert.Equal(MailboxOutcome.NotFound, (await Accounts.SetAsync(Alice, new AccountChange { IsEnabled = false }, Token)).Outcome);
        Assert.Equal(MailboxOutcome.NotFound, (await Accounts.RemoveAsync(Alice, Token)).Outcome);
    }

    [Fact]
    public async Task Removed_account_leaves_nothing_to_whoever_gets_its_address_later()
    {
        await Accounts.AddAsync(
            Alice,
            Password with
            {
                SendAs = new(["sales@truenorth.example"], []),
                AllowedSenders = new(["bob@truenorth.example"], []),
                Limits = new Dictionary<string, long?> { ["login-hour"] = 500 },
            },
            Token);
        await Aliases.AddAsync("info@truenorth.example", Alice, Token);
        var removed = await Accounts.RemoveAsync(Alice, Token);
        Assert.Equal($"account {Alice} removed; aliases that still lead to it: 1", removed.Message);
        Assert.Null(await FindAccountAsync(Alice));

        await Accounts.AddAsync(Alice, Password, Token);
        var account = await FindAccountAsync(Alice);
        Assert.Empty(account!.SendAs);
        Assert.Empty(account.Limits);
        Assert.Empty((await FindAddressAsync(Alice))!.AllowedSenders);
    }

    private async Task<IReadOnlyList<MailAccount>> ListAsync() => await Accounts.ListAsync(Token);
}
