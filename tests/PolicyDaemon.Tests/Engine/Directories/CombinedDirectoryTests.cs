using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Engine.Directories;

public sealed class CombinedDirectoryTests
{
    private static readonly AccountRules IdentityRules = new() { Statuses = Mail.Statuses, Identity = "ldap" };

    private readonly TestDirectory ldap = new("ldap");
    private readonly TestDirectory sql = new("sqlite");

    private CombinedDirectory Directory => new([ldap, sql], "ldap");

    [Fact]
    public async Task Facts_add_up_and_the_name_is_that_of_the_identity_source()
    {
        ldap.Add(Mail.Account("alice") with { Limits = new Dictionary<string, long> { ["hour"] = 50 } });
        sql.Add(Mailbox("alice@truenorth.local", also: "alice@old.example") with { Limits = new Dictionary<string, long> { ["hour"] = 20, ["day"] = 9 } });

        Account account = Found(await Directory.FindAccountAsync("alice", default));

        Assert.Equal("alice", account.Name);
        Assert.Equal(["alice", "alice@truenorth.local"], account.Logins);
        Assert.Equal(["alice@truenorth.local", "alice@old.example"], account.Addresses.Select(address => address.Text));
        Assert.Equal(["ldap", "sqlite"], account.States.Select(state => state.Source));
        Assert.Equal((20, 9), (account.Limits["hour"], account.Limits["day"]));
    }

    [Fact]
    public async Task Place_of_the_mailbox_is_what_the_identity_source_says_and_then_the_others()
    {
        ldap.Add(Mail.Account("alice") with { Mailbox = new MailboxFacts(Uid: "5000", Home: "/home/alice") });
        sql.Add(Mailbox("alice@truenorth.local") with { Mailbox = new MailboxFacts(Uid: "6000", Gid: "6000") });

        Account account = Found(await new CombinedDirectory([sql, ldap], "ldap").FindAccountAsync("alice", default));

        Assert.Equal(new MailboxFacts(Uid: "5000", Gid: "6000", Home: "/home/alice"), account.Mailbox);
    }

    [Fact]
    public async Task Mailbox_switched_off_in_one_source_has_no_right_whatever_the_other_says()
    {
        ldap.Add(Mail.Account("alice", send: SendAllowed.True));
        sql.Add(Mailbox("alice@truenorth.local", isEnabled: false));

        Denial? denial = IdentityRules.Deny(Found(await Directory.FindAccountAsync("alice", default)), Rights.Send);

        Assert.Equal((Reason.AccountDisabled, "sqlite"), (denial?.Reason, denial?.State.Source));
    }

    [Fact]
    public async Task Person_deleted_from_the_identity_source_may_not_send_though_the_mailbox_remains()
    {
        sql.Add(Mailbox("alice@truenorth.local"));

        Account account = Found(await Directory.FindAccountAsync("alice@truenorth.local", default));

        Assert.Equal(Reason.AccountUnknownToIdentity, IdentityRules.Deny(account, Rights.Send)?.Reason);
        Assert.Null(IdentityRules.Deny(account, Rights.Receive));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Source_that_cannot_be_asked_makes_the_answer_unavailable_with_what_the_other_knows(bool isKnown)
    {
        ldap.State = SourceState.Down;
        if (isKnown) sql.Add(Mailbox("alice@truenorth.local", isEnabled: false));

        Lookup<Account> login = await Directory.FindAccountAsync("alice@truenorth.local", default);
        Lookup<AddressEntry> address = await Directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default);

        Assert.True(login.IsUnavailable && address.IsUnavailable);
        Assert.Contains("ldap is down", login.Cause, StringComparison.Ordinal);
        Assert.Equal(isKnown, login.Value is not null);
        Assert.Equal(isKnown, address.Value is not null);
    }

    [Fact]
    public async Task Nobody_knows_and_everybody_was_asked_is_not_found() =>
        Assert.True((await Directory.FindAccountAsync("nobody", default)).IsNotFound);

    [Fact]
    public async Task Address_is_an_account_here_and_an_alias_there()
    {
        ldap.Add(Mail.Account("alice"));
        sql.AddAlias("alice@truenorth.local", "bob@truenorth.local").Restrict("alice@truenorth.local", "bob@truenorth.local");

        AddressEntry entry = Found(await Directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default));

        Assert.Equal("alice", Assert.Single(entry.Accounts).Name);
        Assert.Equal("bob@truenorth.local", Assert.Single(entry.Destinations).Text);
        Assert.Equal("bob@truenorth.local", Assert.Single(entry.AllowedSenders).Text);
    }

    [Fact]
    public async Task Same_person_behind_one_address_in_both_sources_is_one_owner_with_both_states()
    {
        ldap.Add(Mail.Account("alice"));
        sql.Add(Mailbox("alice@truenorth.local", isEnabled: false));

        Account owner = Assert.Single(Found(await Directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)).Accounts);

        Assert.Equal(["ldap", "sqlite"], owner.States.Select(state => state.Source));
    }

    [Fact]
    public async Task Two_entries_of_one_source_that_share_an_address_stay_two_owners()
    {
        Account desk = Mail.Account("desk");
        ldap.Add(desk).Add(Mail.Account("anna", also: "desk@truenorth.local"));

        Assert.Equal(2, Found(await Directory.FindAddressAsync(Mail.Address("desk@truenorth.local"), default)).Accounts.Count);
    }

    [Fact]
    public async Task Sender_must_be_allowed_by_every_source_that_says_who_is()
    {
        ldap.AddAlias("staff@truenorth.local", "alice@truenorth.local").Restrict("staff@truenorth.local", "alice@truenorth.local");
        sql.AddAlias("staff@truenorth.local", "alice@truenorth.local").Restrict("staff@truenorth.local", "bob@truenorth.local");

        AddressEntry entry = Found(await Directory.FindAddressAsync(Mail.Address("staff@truenorth.local"), default));

        Assert.NotEmpty(entry.AllowedSenders);
        Assert.DoesNotContain(entry.AllowedSenders, sender => sender.Domain == Mail.Domain);
    }

    [Fact]
    public async Task Domain_disabled_in_one_source_is_disabled()
    {
        ldap.AddDomain("new.example");
        sql.AddDomain("new.example", isEnabled: false);

        Assert.False(Found(await Directory.FindDomainAsync("new.example", default)).IsEnabled);
    }

    [Fact]
    public async Task Age_is_that_of_the_oldest_fact()
    {
        ldap.Age = TimeSpan.FromMinutes(3);
        ldap.AddDomain("new.example");
        sql.AddDomain("new.example");

        Assert.Equal(TimeSpan.FromMinutes(3), (await Directory.FindDomainAsync("new.example", default)).Provenance.Age);
    }

    [Fact]
    public async Task Main_address_there_is_an_own_address_here_and_the_account_is_the_same()
    {
        ldap.Add(Mail.Account("alice", also: "a.liddell@truenorth.local"));
        sql.Add(Mailbox("a.liddell@truenorth.local", isEnabled: false));

        foreach (string login in (string[])["alice", "a.liddell@truenorth.local"])
        {
            Account account = Found(await Directory.FindAccountAsync(login, default));
            Assert.Equal(("alice", 2), (account.Name, account.States.Count));
        }

        Account owner = Assert.Single(Found(await Directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)).Accounts);
        Assert.Equal(Reason.AccountDisabled, IdentityRules.Deny(owner, Rights.Send)?.Reason);
    }

    [Fact]
    public async Task Shared_address_makes_no_two_people_one()
    {
        ldap.Add(Mail.Account("alice", also: "team@truenorth.local")).Add(Mail.Account("bob", also: "team@truenorth.local"));
        sql.Add(Mailbox("team@truenorth.local", isEnabled: false));

        Assert.Equal(["ldap"], Found(await Directory.FindAccountAsync("alice", default)).States.Select(state => state.Source));
        Assert.Equal(["sqlite"], Found(await Directory.FindAccountAsync("team@truenorth.local", default)).States.Select(state => state.Source));
        Assert.Equal(
            ["alice", "bob", "team@truenorth.local"],
            Found(await Directory.FindAddressAsync(Mail.Address("team@truenorth.local"), default)).Accounts.Select(account => account.Name));
    }

    [Fact]
    public async Task Account_is_followed_through_three_sources()
    {
        TestDirectory files = new("files");
        ldap.Add(Mail.Account("alice", also: "b@truenorth.local"));
        sql.Add(Mailbox("b@truenorth.local", also: "c@truenorth.local"));
        files.Add(Mailbox("c@truenorth.local", isEnabled: false));

        Account account = Found(await new CombinedDirectory([ldap, sql, files]).FindAccountAsync("alice", default));
        Assert.Equal(3, account.States.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Account_in_a_domain_that_a_source_has_disabled_has_no_right(bool isEnabled)
    {
        ldap.Add(Mail.Account("alice"));
        sql.AddDomain(Mail.Domain, isEnabled);

        Account account = Found(await Directory.FindAccountAsync("alice", default));
        Assert.Equal(isEnabled ? null : Reason.AccountDisabled, IdentityRules.Deny(account, Rights.Receive)?.Reason);
    }

    [Theory]
    [InlineData("alice@truenorth.local", LookupAnswer.Found)]
    [InlineData("nobody@truenorth.local", LookupAnswer.Unavailable)]
    public async Task List_of_extra_addresses_that_cannot_be_read_matters_only_where_nobody_knows_the_address(string address, LookupAnswer expected)
    {
        ldap.Add(Mail.Account("alice"));
        CombinedDirectory directory = new([ldap], null, [new TestDirectory("extraRecipients") { State = SourceState.Down }]);

        Assert.Equal(expected, (await directory.FindAddressAsync(Mail.Address(address), default)).Answer);
        Assert.True((await directory.FindAccountAsync("alice", default)).IsFound);
    }

    [Fact]
    public async Task Extra_address_exists_beside_what_the_sources_know()
    {
        ldap.Add(Mail.Account("alice"));
        TestDirectory extras = new TestDirectory("extraRecipients").AddExtra("alice@truenorth.local").AddExtra("root@truenorth.local");
        CombinedDirectory directory = new([ldap], null, [extras]);

        Assert.True(Found(await directory.FindAddressAsync(Mail.Address("alice@truenorth.local"), default)) is { IsExtra: true, Accounts.Count: 1 });
        Assert.True(Found(await directory.FindAddressAsync(Mail.Address("root@truenorth.local"), default)) is { IsExtra: true, Accounts.Count: 0 });
    }

    private static Account Mailbox(string address, bool isEnabled = true, params string[] also) => new()
    {
        Name = address,
        Logins = [address],
        Addresses = [Mail.Address(address), .. also.Select(Mail.Address)],
        States = [new AccountState("sqlite", $"virtual_users {address}", IsEnabled: isEnabled)],
    };

    private static T Found<T>(Lookup<T> answer)
        where T : class
    {
        Assert.Equal(LookupAnswer.Found, answer.Answer);
        return answer.Value!;
    }
}
