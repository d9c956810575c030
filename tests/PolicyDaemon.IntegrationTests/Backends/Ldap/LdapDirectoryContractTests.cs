using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap;

/// <summary>The directory contract on a real slapd.</summary>
public sealed class LdapDirectoryContractTests : EntryDirectoryContract
{
    private MailStackRoot? root;
    private SlapdServer? slapd;
    private LdapDirectory? directory;
    private bool isHung;

    public override async ValueTask DisposeAsync()
    {
        if (directory is not null) await directory.DisposeAsync();
        if (root is null) return;
        if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(root.Report());
        await root.DisposeAsync();
    }

    protected override async ValueTask<IDirectory> StartAsync(DirectorySeed seed)
    {
        root = await MailStackRoot.CreateAsync();
        slapd = await SlapdServer.StartAsync(root, new SlapdOptions { Seed = $"{SeedLdif.EmptyTree}\n{SeedLdif.Write(seed)}" });
        directory = new LdapDirectory(SlapdAccess.Options(root, slapd) with { Attributes = SlapdAccess.PlainAttributes }, Normalizer, TimeProvider.System);
        return directory;
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
}
