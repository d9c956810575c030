using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>An order that the database does not have yet: a block, or that there is none any more.</summary>
/// <param name="Given">Null: the block of this subject is taken back.</param>
/// <param name="OrderedAt">By this node's clock.</param>
/// <param name="StoreTime">
/// The same moment by the database's clock; null until it could be asked. Saved before it is used, so that an order that is handed over twice is the same
/// order at the same time.
/// </param>
internal sealed record BlockOrder(BlockSubject Subject, Block? Given, DateTimeOffset OrderedAt, DateTimeOffset? StoreTime = null);
