using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;
using static PolicyDaemon.Tests.Backends.Ldap.Sync.ViewEntries;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>What an account may cost. Nothing else runs meanwhile: what others allocate and drop would be counted too.</summary>
[CollectionDefinition(nameof(ViewMemoryTests), DisableParallelization = true)]
[Collection(nameof(ViewMemoryTests))]
public sealed class ViewMemoryTests
{
    private const int Accounts = 10_000;

    /// <summary>Octets beyond login, DN and addresses at two octets a character; measured: about 110.</summary>
    private const int MaxBytesBeyondText = 200;

    private static readonly LdapAccountReader Reader = new(
        "ldap",
        new LdapOptions
        {
            Urls = [],
            BaseDn = "dc=x",
            Attributes = new LdapAttributes { Addresses = ["mail", "mailAlternateAddress"], SendAllowed = "tnMailSendAllowed", AccountStatus = "tnAccountStatus" },
        },
        Mail.Normalizer);

    [Fact]
    public void Account_of_ten_thousand_costs_little_more_than_its_own_text()
    {
        var median = Enumerable.Range(0, 5).Select(_ => BytesOf(Make)).Order().ElementAt(2);
        Assert.InRange(median / Accounts, TextLength(), (2 * TextLength()) + MaxBytesBeyondText);
    }

    private static double BytesOf(Func<AccountView> make)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var view = make();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(view);
        return after - before;
    }

    private static AccountView Make()
    {
        var view = AccountView.Empty.ToBuilder();
        for (var i = 0; i < Accounts; i++)
        {
            var (dn, login, address, other) = TextsOf(i);
            view.Put(Reader.ReadViewEntry(
                new LdapEntry(dn, [new("uid", [login]), new("mail", [address]), new("mailAlternateAddress", [other]), new("tnMailSendAllowed", ["TRUE"]), new("tnAccountStatus", ["active"])]),
                Id(i),
                null)!);
        }

        return view.ToView();
    }

    private static double TextLength()
    {
        var (dn, login, address, other) = TextsOf(0);
        return dn.Length + login.Length + address.Length + other.Length;
    }

    private static (string Dn, string Login, string Address, string Other) TextsOf(int number) => (
        DnOf($"user{number:D7}"), $"user{number:D7}", $"user{number:D7}@truenorth.local", $"first.last{number:D7}@truenorth.local");
}
