using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>What a node goes by, immutable.</summary>
/// <param name="Set">What the database had, and over it the pending orders.</param>
/// <param name="Epoch">The listener's before the database was read: what is published while it is still the same is as new as the database.</param>
/// <param name="Heard">When the database last said so, as the clock's timestamp; null: never.</param>
/// <param name="Answer">What is given while nothing happens unheard: made once, not for every question.</param>
internal sealed record KnownBlocks(BlockSet Set, long Epoch, long? Heard, Lookup<BlockSet> Answer);
