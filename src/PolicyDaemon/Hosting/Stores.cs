using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;
using PolicyDaemon.Containment;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Hosting;

/// <summary>What outlives a reload: the store with blocks and counters, the SQLite file of the directory, and the threads that hash passwords.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly IStore store;

    private Stores(SqliteDatabase? directory, IStore store, WaitingBlocksFile? waiting, TimeProvider time)
    {
        Directory = directory;
        this.store = store;
        Blocks = new WaitingBlocks(store.Blocks, time, waiting);
    }

    /// <summary>The file of <c>directory.sqlite.path</c>, which may be the one with the blocks; null where SQLite is no directory.</summary>
    public SqliteDatabase? Directory { get; }

    public WaitingBlocks Blocks { get; }

    public ICounters Counters => store.Counters;

    public IGuardStore Guard => store.Guard;

    public IDeliveryStore Deliveries => store.Deliveries;

    public HashWorkers Workers { get; } = HashWorkers.ForThisMachine();

    /// <summary>As a daemon opens them.</summary>
    /// <param name="watch">Hears how the store is that nodes share.</param>
    /// <exception cref="SqliteFileException">A file cannot be used; the message says why and what to do.</exception>
    /// <exception cref="IOException">The state directory cannot be used, or another process uses it.</exception>
    public static Task<Stores> OpenAsync(DaemonOptions options, StoreWatch watch, TimeProvider time) => OpenAsync(
        options,
        async postgres => await PostgresStore.OpenAsync(postgres, options.State, options.Node, watch, time),
        options.Store is SqliteStoreOptions ? new WaitingBlocksFile(options.State.WaitingBlocks, watch.FailedAtBlocks) : null,
        time);

    /// <summary>As a command's own process opens them, beside a daemon that may be running.</summary>
    /// <exception cref="SqliteFileException">A file cannot be used; the message says why and what to do.</exception>
    public static Task<Stores> OpenForCommandAsync(DaemonOptions options, TimeProvider time) => OpenAsync(
        options, postgres => Task.FromResult<IStore>(new PostgresStoreReader(postgres, options.State, time)), waiting: null, time);

    /// <summary>To be called with the rules of each configuration that is taken up.</summary>
    public void Use(IReadOnlyList<Limit> limits)
    {
        if (limits.Count > 0) store.KeepFor(limits.Max(limit => limit.Window));
    }

    public async ValueTask DisposeAsync()
    {
        Workers.Dispose();
        await store.DisposeAsync();
        Directory?.Dispose();
    }

    private static async Task<Stores> OpenAsync(
        DaemonOptions options, Func<PostgresStoreOptions, Task<IStore>> share, WaitingBlocksFile? waiting, TimeProvider time)
    {
        var directory = options.Directory.Sqlite is { } source ? SqliteDatabase.OpenOrCreate(source.Path) : null;
        try
        {
            var opened = options.Store switch
            {
                PostgresStoreOptions postgres => await share(postgres),
                SqliteStoreOptions sqlite when sqlite.Path == options.Directory.Sqlite?.Path => new SqliteStore(directory!, isOwned: false, time),
                SqliteStoreOptions sqlite => new SqliteStore(SqliteDatabase.OpenOrCreate(sqlite.Path), isOwned: true, time),
                _ => throw new InvalidOperationException($"unknown store {options.Store}"),
            };
            return new Stores(directory, opened, waiting, time);
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }
}
