using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A person who is gone from LDAP, whose mailbox is still in PostgreSQL.</summary>
public sealed class DeletedPersonTests(LdapAndPostgres servers) : IClassFixture<LdapAndPostgres>
{
    private const string Alice = "alice@truenorth.example";

    private static readonly AccountRules Rules = new() { Statuses = new Dictionary<string, Rights>(), Identity = "ldap" };

    [Fact]
    public async Task Person_deleted_from_LDAP_whose_mailbox_remains_may_not_send_and_goes_on_receiving()
    {
        await servers.LoadAsync(DirectorySeed.Standard);
        await using LdapDirectory ldap = new(servers.LdapOptions(servers.Slapd.Endpoint), KeepingDirectory.Normalizer, TimeProvider.System);
        await using KeepingDirectory mailboxes = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(servers.Mailboxes));
        CombinedDirectory both = new([ldap, mailboxes.Directory], identity: "ldap");
        Assert.Null(Rules.Deny((await FindAsync(both, "alice")).Value!, Rights.Send));
        Assert.Null(Rules.Deny((await FindAsync(both, Alice)).Value!, Rights.Send));

        await servers.Slapd.DeleteAsync($"cn=0-alice,{TruenorthDirectory.People}");

        Assert.True((await FindAsync(both, "alice")).IsNotFound);
        Account remaining = (await FindAsync(both, Alice)).Value!;
        Assert.Equal(Reason.AccountUnknownToIdentity, Rules.Deny(remaining, Rights.Send)?.Reason);
        Assert.Null(Rules.Deny(remaining, Rights.Receive));
        Assert.True(KeepingDirectory.Normalizer.TryParse(Alice, out EmailAddress? address));
        Account owner = (await both.FindAddressAsync(address, TestContext.Current.CancellationToken)).Value!.Accounts[0];
        Assert.Equal(Reason.AccountUnknownToIdentity, Rules.Deny(owner, Rights.Send)?.Reason);
    }

    private static async Task<Lookup<Account>> FindAsync(CombinedDirectory both, string login) =>
        await both.FindAccountAsync(login, TestContext.Current.CancellationToken);
}
