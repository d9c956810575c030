using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>Blocks in memory, with a switch that takes the store away.</summary>
internal sealed class MemoryBlocks : IBlocks
{
    private readonly Dictionary<BlockSubject, Block> blocks = [];

    public bool IsDown { get; set; }

    /// <summary>Orders are kept for later, for the other nodes.</summary>
    public bool AreOrdersPending { get; set; }

    public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken) => new(IsDown
        ? Lookup<BlockSet>.Unavailable("disk I/O error", Provenance.Of("sqlite"))
        : Lookup<BlockSet>.Found(new BlockSet(blocks.Values), Provenance.Of("sqlite")));

    public ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        if (IsDown) throw new StoreUnavailableException("disk I/O error");
        blocks[block.Subject] = block;
        return default;
    }

    public ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken)
    {
        if (IsDown) throw new StoreUnavailableException("disk I/O error");
        return new ValueTask<bool>(blocks.Remove(subject));
    }

    public bool IsPending(BlockSubject subject) => AreOrdersPending;
}
