using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Hosting;

/// <summary>The store of one node alone: blocks in a file, limits counted in memory.</summary>
/// <param name="isOwned">The file is this store's alone, and no directory's too.</param>
internal sealed class SqliteStore(SqliteDatabase file, bool isOwned, TimeProvider time) : IStore
{
    private readonly SqliteBlocks blocks = new(file, time);

    public IBlocks Blocks => blocks;

    public ICounters Counters { get; } = new InMemoryCounters(time);

    public IGuardStore Guard { get; } = new SqliteGuardStore(file);

    public IDeliveryStore Deliveries { get; } = new SqliteDeliveryStore(file);

    /// <remarks>In memory each counter knows its own window.</remarks>
    public void KeepFor(TimeSpan longestWindow)
    {
    }

    public ValueTask DisposeAsync()
    {
        blocks.Dispose();
        if (isOwned) file.Dispose();
        return default;
    }
}
