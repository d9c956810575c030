using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>What a node knows of blocks, as it is kept in a file.</summary>
/// <param name="Version">Of the file's form.</param>
/// <param name="Heard">When the database last said so, by the wall clock; null: it was never read.</param>
/// <param name="Blocks">As the database had them.</param>
/// <param name="Pending">Orders that are still to be handed over; the last of each subject.</param>
internal sealed record SavedBlocks(int Version, DateTimeOffset? Heard, IReadOnlyList<Block> Blocks, IReadOnlyList<BlockOrder> Pending)
{
    public const int CurrentVersion = 1;

    public static readonly SavedBlocks Nothing = new(CurrentVersion, null, [], []);
}
