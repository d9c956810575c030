using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>Everybody, asked of a real slapd that gives 500 entries at most to whom nobody has allowed more.</summary>
public sealed class LdapAccountListOnSlapdTests : StackTests
{
    private const int Crowd = 1200;

    [Fact]
    public async Task All_are_listed_once_over_several_pages_and_a_limit_is_no_end()
    {
        var slapd = await SlapdServer.StartAsync(Root);
        await slapd.ModifyAsync(string.Join('\n', Enumerable.Range(0, Crowd).Select(number =>
            $"dn: uid=crowd{number},{People}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: x\nsn: x\nuid: crowd{number}\nmail: crowd{number}@{Domain}\n")));

        var listed = await ListAsync(SlapdAccess.Options(Root, slapd));
        Assert.All(listed, account => Assert.True(account.IsFound, account.Cause));
        Assert.Equal(
            Logins.Concat(Enumerable.Range(0, Crowd).Select(number => $"crowd{number}")).Order(StringComparer.Ordinal),
            listed.Select(account => account.Value!.Name).Order(StringComparer.Ordinal));

        var anonymous = await ListAsync(SlapdAccess.Options(Root, slapd) with { BindDn = null, BindPasswordFile = null });
        Assert.True(anonymous[^1].IsUnavailable);

        await slapd.StopAsync();
        Assert.True(Assert.Single(await ListAsync(SlapdAccess.Options(Root, slapd))).IsUnavailable);
    }

    private static async Task<IReadOnlyList<Lookup<Account>>> ListAsync(LdapOptions options)
    {
        var listed = new List<Lookup<Account>>();
        await foreach (var account in new LdapAccountList(options, new AddressNormalizer("+"), TimeProvider.System).ListAccountsAsync(TestContext.Current.CancellationToken)) listed.Add(account);
        return listed;
    }
}
