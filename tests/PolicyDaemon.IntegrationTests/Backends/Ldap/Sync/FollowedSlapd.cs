using System.Collections.Concurrent;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>A consumer that follows one or several private slapds, as the daemon would, and can be ended and begun again from its saved view.</summary>
internal sealed class FollowedSlapd : IAsyncDisposable
{
    private static readonly AddressNormalizer Normalizer = new("+");

    private readonly LdapOptions options;
    private readonly SyncOptions sync;
    private readonly TimeProvider time;
    private readonly LdapDirectory lookup;

    private FollowedSlapd(LdapOptions options, SyncOptions sync, TimeProvider time)
    {
        this.options = options;
        this.sync = sync;
        this.time = time;
        lookup = new LdapDirectory(options, Normalizer, time, name: "lookup");
        Directory = Begin();
    }

    /// <summary>The one that runs at present.</summary>
    public SyncDirectory Directory { get; private set; }

    /// <summary>What an administrator would have heard, over all its lives.</summary>
    public ConcurrentQueue<SyncEvent> Heard { get; } = [];

    /// <summary>Begins, and waits for nothing.</summary>
    public static FollowedSlapd Start(LdapOptions options, SyncOptions sync, TimeProvider? time = null) => new(options, sync, time ?? TimeProvider.System);

    /// <summary>Begins; follows a provider when the call returns.</summary>
    public static async Task<FollowedSlapd> StartAsync(LdapOptions options, SyncOptions sync, TimeProvider? time = null)
    {
        var followed = Start(options, sync, time);
        await followed.WaitUntilAsync(status => status is { Connection: SyncConnection.Connected, IsViewUsed: true }, "the first refresh is done");
        return followed;
    }

    /// <summary>Ends the consumer, which saves its view, and begins a new one from there; does not wait for a provider.</summary>
    public async Task RestartAsync()
    {
        await Directory.DisposeAsync();
        Directory = Begin();
    }

    public Task WaitUntilAsync(Func<SyncStatus, bool> condition, string what, TimeSpan? limit = null) =>
        Wait.UntilAsync(() => condition(Directory.Status), what, limit, () => $"{Directory.Status}\n{string.Join('\n', Heard)}");

    /// <summary>Waits until the administrator has heard such a thing.</summary>
    public async Task<T> WaitToHearAsync<T>(Func<T, bool>? which = null, TimeSpan? limit = null)
        where T : SyncEvent
    {
        await WaitUntilAsync(_ => Heard.OfType<T>().Any(heard => which?.Invoke(heard) ?? true), $"{typeof(T).Name} is heard", limit);
        return Heard.OfType<T>().First(heard => which?.Invoke(heard) ?? true);
    }

    public async ValueTask DisposeAsync()
    {
        await Directory.DisposeAsync();
        await lookup.DisposeAsync();
    }

    private SyncDirectory Begin()
    {
        var directory = new SyncDirectory(options, sync, lookup, Normalizer, time, Heard.Enqueue);
        directory.Start();
        return directory;
    }
}
