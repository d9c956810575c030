using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Tests;

/// <summary>Blocks in memory, with a switch for a store that was never read.</summary>
internal sealed class TestBlocks : IBlocks
{
    private readonly Dictionary<BlockSubject, Block> blocks = [];

    public bool IsDown { get; set; }

    public TestBlocks Give(BlockScope scope, string key, BlockAction action = BlockAction.Reject, DateTimeOffset? expires = null)
    {
        var subject = new BlockSubject(scope, key);
        blocks[subject] = new Block
        {
            Subject = subject,
            Action = action,
            Reason = "a reason",
            Author = "root",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ExpiresAt = expires,
        };
        return this;
    }

    public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken) => new(IsDown
        ? Lookup<BlockSet>.Unavailable("store is down", Provenance.Of("store"))
        : Lookup<BlockSet>.Found(new BlockSet(blocks.Values), Provenance.Of("store")));

    public ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        blocks[block.Subject] = block;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken) => new(blocks.Remove(subject));

    public bool IsPending(BlockSubject subject) => false;
}
