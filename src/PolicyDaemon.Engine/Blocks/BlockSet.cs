using System.Collections.Frozen;

namespace PolicyDaemon.Engine.Blocks;

/// <summary>All blocks of a moment, immutable: readers need no lock.</summary>
public sealed class BlockSet
{
    public static readonly BlockSet Empty = new([]);

    private readonly FrozenDictionary<BlockSubject, Block> bySubject;

    /// <param name="blocks">Of two of one subject the later in order counts.</param>
    public BlockSet(IEnumerable<Block> blocks)
    {
        var latest = new Dictionary<BlockSubject, Block>();
        foreach (var block in blocks) latest[block.Subject] = block;
        bySubject = latest.ToFrozenDictionary();
    }

    public IReadOnlyCollection<Block> Blocks => bySubject.Values;

    public bool IsEmpty => bySubject.Count == 0;

    public Block? Find(BlockSubject subject, DateTimeOffset now) =>
        bySubject.TryGetValue(subject, out var block) && block.IsActiveAt(now) ? block : null;
}
