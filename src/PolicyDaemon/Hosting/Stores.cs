using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Hosting;

/// <summary>What outlives a reload: the database with its blocks, and the counters.</summary>
internal sealed class Stores : IAsyncDisposable
{
    private readonly SqliteBlocks blocks;

    private Stores(SqliteDatabase database, TimeProvider time)
    {
        Database = database;
        blocks = new SqliteBlocks(database, time);
        Counters = new InMemoryCounters(time);
    }

    /// <summary>The file of <c>directory.sqlite.path</c>; also the directory where SQLite is one.</summary>
    public SqliteDatabase Database { get; }

    public IBlocks Blocks => blocks;

    public ICounters Counters { get; }

    /// <exception cref="SqliteFileException">The file cannot be used; the message says why and what to do.</exception>
    public static Stores Open(StoreOptions options, TimeProvider time) => new(SqliteDatabase.OpenOrCreate(options.SqlitePath), time);

    public ValueTask DisposeAsync()
    {
        blocks.Dispose();
        Database.Dispose();
        return default;
    }
}
