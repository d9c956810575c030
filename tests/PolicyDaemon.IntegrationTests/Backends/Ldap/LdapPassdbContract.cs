using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>The passdb contract on a real slapd, whichever way the password is checked.</summary>
public abstract class LdapPassdbContract : PassdbContract
{
    private MailStackRoot? root;
    private SlapdServer? slapd;
    private LdapDirectory? directory;
    private bool isHung;

    /// <summary>Rules of access of the directory; null: the usual ones.</summary>
    protected virtual string? Access => null;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (directory is not null) await directory.DisposeAsync();
        if (root is null) return;
        if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(root.Report());
        await root.DisposeAsync();
    }

    protected abstract IPassdb Open(LdapDirectory directory, LdapOptions options);

    protected override async ValueTask<IPassdb> StartAsync(DirectorySeed seed)
    {
        root = await MailStackRoot.CreateAsync();
        SlapdOptions server = new() { Seed = $"{SeedLdif.EmptyTree}\n{SeedLdif.Write(seed)}" };
        slapd = await SlapdServer.StartAsync(root, Access is null ? server : server with { Access = Access });
        LdapOptions options = SlapdAccess.Options(root, slapd) with { Attributes = SlapdAccess.PlainAttributes };
        directory = new LdapDirectory(options, new AddressNormalizer("+"), TimeProvider.System);
        return Open(directory, options);
    }

    protected override async ValueTask StopAsync() => await slapd!.StopAsync();

    protected override ValueTask HangAsync()
    {
        isHung = true;
        slapd!.Pause();
        return default;
    }

    protected override async ValueTask ResumeAsync()
    {
        if (isHung) slapd!.Resume();
        else await slapd!.StartAsync();
    }

    protected override async ValueTask SetPasswordAsync(SeedAccount account, string stored)
    {
        int index = PassdbSeed.Standard.Accounts.ToList().IndexOf(account);
        await slapd!.ModifyAsync($"dn: cn={index}-{account.Name},{TruenorthDirectory.People}\nchangetype: modify\nreplace: userPassword\nuserPassword: {stored}\n");
    }
}
