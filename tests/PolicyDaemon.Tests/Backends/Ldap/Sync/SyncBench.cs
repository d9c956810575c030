using System.Collections.Concurrent;
using System.Net.Sockets;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>A directory that follows fake providers by a clock that a test moves.</summary>
internal sealed class SyncBench : IAsyncDisposable
{
    private readonly Dictionary<LdapUrl, FakeSyncServer> providers;

    public SyncBench(int providers = 1, SyncOptions? options = null)
    {
        string[] names = ["one", "two", "three"];
        this.providers = names.Take(providers).ToDictionary(SyncWords.Url, _ => new FakeSyncServer());
        Directory = new SyncDirectory(
            SyncWords.Options([.. this.providers.Keys]), options ?? new SyncOptions(), Lookup, new AddressNormalizer("+"), Clock, Events.Enqueue, "ldap",
            (url, _) => this.providers[url].ConnectAsync());
        foreach (var provider in this.providers.Values) provider.Refresh = _ => [SyncWords.Person(1, change: 1), SyncWords.Person(2, change: 1), SyncWords.Done(SyncWords.Cookie(10))];
    }

    public ManualClock Clock { get; } = new();

    /// <summary>What is asked while there is no view; it knows nobody.</summary>
    public TestDirectory Lookup { get; } = new();

    public SyncDirectory Directory { get; }

    public ConcurrentQueue<SyncEvent> Events { get; } = new();

    public FakeSyncServer One => providers.Values.First();

    public FakeSyncServer Two => providers.Values.ElementAt(1);

    public SyncStatus Status => Directory.Status;

    public static LdapConnectionException Refused => new("connect: Connection refused", new SocketException());

    /// <summary>Starts, and returns when a provider is followed.</summary>
    public async Task<SyncBench> FollowedAsync()
    {
        Directory.Start();
        await TwoLdapServers.UntilAsync(() => Status.Connection == SyncConnection.Connected);
        return this;
    }

    public IReadOnlyList<T> Told<T>()
        where T : SyncEvent => [.. Events.OfType<T>()];

    public async Task<LookupAnswer> AskAsync(int person) => (await FindAsync(person)).Answer;

    public ValueTask<Lookup<Account>> FindAsync(int person) => Directory.FindAccountAsync($"p{person}", TestContext.Current.CancellationToken);

    public static Task UntilAsync(Func<bool> condition) => TwoLdapServers.UntilAsync(condition);

    /// <summary>Moves the clock on, in small steps, until something is so.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> AdvanceUntilAsync(Func<bool> condition, int milliseconds = 50)
    {
        var began = Clock.GetUtcNow();
        await UntilAsync(() =>
        {
            if (condition()) return true;
            Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            return false;
        });
        return Clock.GetUtcNow() - began;
    }

    /// <summary>Moves the clock on, and lets what is due happen in between.</summary>
    public async Task AdvanceAsync(TimeSpan time, TimeSpan step)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            Clock.Advance(left < step ? left : step);
            for (var i = 0; i < 5; i++) await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Directory.DisposeAsync();
}
