using System.Text.Json.Serialization;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Admin;

/// <summary>What a block is about, as an administrator names it.</summary>
/// <param name="Key">A login, an address of an account, or a domain; empty for everyone.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BlockTarget(BlockScope Scope, string Key);

/// <summary>An order to stop sending. Who gives it is not in it: that is the peer of the socket.</summary>
/// <param name="Reason">Private, one line of at most <see cref="BlockOrders.MaxReasonLength"/> characters.</param>
/// <param name="ForSeconds">Null: until it is taken back. At most <see cref="BlockOrders.MaxSeconds"/>.</param>
/// <param name="Force">Block the name as typed even though no directory knows it, or none could be asked.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BlockOrder(
    BlockTarget Target, BlockAction Action = BlockAction.Reject, string Reason = "", long? ForSeconds = null, bool Force = false);

/// <summary>One block in force.</summary>
/// <param name="ExpiresAt">Null: until it is taken back.</param>
/// <param name="IsPending">The other nodes do not know of it yet: the store is away.</param>
internal sealed record BlockReport(
    BlockScope Scope, string Key, BlockAction Action, string Reason, string Author, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, bool IsPending = false)
{
    public static BlockReport Of(Block block, bool isPending = false) => new(
        block.Subject.Scope, block.Subject.Key, block.Action, block.Reason, block.Author, block.CreatedAt, block.ExpiresAt, isPending);
}

/// <param name="Replaced">The block of the same subject that was in force before; null: none.</param>
internal sealed record BlockGiven(BlockReport Block, BlockReport? Replaced);

/// <param name="Block">What was in force until now.</param>
/// <param name="IsPending">The other nodes do not know of it yet: the store is away.</param>
internal sealed record BlockTaken(BlockReport Block, bool IsPending = false);

/// <param name="Now">The moment that remaining times are counted from: the daemon's, not the reader's.</param>
internal sealed record BlockList(DateTimeOffset Now, IReadOnlyList<BlockReport> Blocks);
