using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;
using PolicyDaemon.Containment;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Hosting;

/// <summary>What outlives a reload: the databases, the blocks in one of them, the counters, and the threads that hash passwords.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly SqliteDatabase store;
    private readonly SqliteBlocks blocks;

    private Stores(SqliteDatabase store, SqliteDatabase? directory, TimeProvider time)
    {
        this.store = store;
        Directory = directory;
        blocks = new SqliteBlocks(store, time);
        Blocks = new WaitingBlocks(blocks, time);
        Counters = new InMemoryCounters(time);
    }

    /// <summary>The file of <c>directory.sqlite.path</c>, which may be the one with the blocks; null where SQLite is no directory.</summary>
    public SqliteDatabase? Directory { get; }

    public WaitingBlocks Blocks { get; }

    public ICounters Counters { get; }

    public HashWorkers Workers { get; } = HashWorkers.ForThisMachine();

    /// <exception cref="SqliteFileException">A file cannot be used; the message says why and what to do.</exception>
    public static Stores Open(DaemonOptions options, TimeProvider time)
    {
        var opened = SqliteDatabase.OpenOrCreate(options.Store.SqlitePath);
        try
        {
            var directory = options.Directory.Sqlite is not { } source ? null
                : source.Path == options.Store.SqlitePath ? opened
                : SqliteDatabase.OpenOrCreate(source.Path);
            return new Stores(opened, directory, time);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Workers.Dispose();
        blocks.Dispose();
        store.Dispose();
        if (!ReferenceEquals(Directory, store)) Directory?.Dispose();
        return default;
    }
}
