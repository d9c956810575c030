using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Blocks;

/// <summary>Where blocks are kept. A block that was given is in force for the next question on this node when the call returns.</summary>
public interface IBlocks
{
    /// <summary>The blocks now in force, from memory where the store allows it: asked for every command of every session.</summary>
    /// <returns>Found, or Unavailable when the store was never read. Never throws for a store that is down.</returns>
    ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Gives a block, replacing an earlier one of the same subject.</summary>
    /// <exception cref="StoreUnavailableException">The store could not keep it.</exception>
    ValueTask AddAsync(Block block, CancellationToken cancellationToken);

    /// <summary>Takes a block back.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="StoreUnavailableException">The store could not be written.</exception>
    ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken);

    /// <summary>Whether the last order about this subject, given or taken back here, acts on this node only, until the store is back.</summary>
    bool IsPending(BlockSubject subject);
}

/// <summary>A command could not be carried out because the store is away. Decisions never throw it.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
