using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>A consumer that follows a private slapd over a line that can be cut.</summary>
public abstract class SyncTests : StackTests
{
    /// <summary>"At once", on a machine with other work; what is measured is written to the output.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly List<IAsyncDisposable> begun = [];

    protected SlapdServer Slapd { get; private set; } = null!;

    protected NetworkLink Link { get; private set; } = null!;

    /// <summary>The server before the first start.</summary>
    protected virtual SlapdOptions Server => new();

    private protected virtual SyncOptions Sync => new() { SavedView = Root.PathOf("view") };

    private protected LdapOptions Options => OptionsFor($"ldap://{Link.Endpoint}");

    protected override async ValueTask PrepareAsync()
    {
        Slapd = await SlapdServer.StartAsync(Root, Server);
        Link = NetworkLink.Start(Root, Slapd.Endpoint);
    }

    protected override async ValueTask ReleaseAsync()
    {
        foreach (IAsyncDisposable one in begun)
            await one.DisposeAsync();
        await Link.DisposeAsync();
    }

    private protected LdapOptions OptionsFor(params string[] urls) =>
        SlapdAccess.Options(Root, Slapd) with { Urls = [.. urls.Select(SlapdAccess.Url)], BaseDn = People };

    private protected async Task<FollowedSlapd> FollowAsync(LdapOptions? options = null)
    {
        FollowedSlapd followed = await FollowedSlapd.StartAsync(options ?? Options, Sync);
        begun.Add(followed);
        return followed;
    }

    private protected static async Task<Lookup<Account>> AskAsync(FollowedSlapd followed, string login) =>
        await followed.Directory.FindAccountAsync(login, TestContext.Current.CancellationToken);

    private protected static async Task<SendAllowed?> SendAllowedAsync(FollowedSlapd followed, string login) =>
        (await AskAsync(followed, login)).Value?.States[0].SendAllowed;

    private protected static Task WaitUntilStoppedAsync(FollowedSlapd followed, string login) =>
        Wait.UntilAsync(async () => await SendAllowedAsync(followed, login) == SendAllowed.False, $"{login} may not send", Soon, () => $"{followed.Directory.Status}");

    /// <summary>Waits until whatever the server had to say has been heard: a change of its own is the last of it.</summary>
    private protected async Task WaitUntilCaughtUpAsync(FollowedSlapd followed, SlapdServer? server = null)
    {
        string mark = Guid.NewGuid().ToString("N");
        await (server ?? Slapd).AddAsync(Person(mark));
        await Wait.UntilAsync(async () => (await AskAsync(followed, mark)).IsFound, "the mark has come", Soon, () => $"{followed.Directory.Status}\n{string.Join('\n', followed.Heard)}");
    }
}
