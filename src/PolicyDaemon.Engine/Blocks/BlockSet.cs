using System.Collections.Frozen;

namespace PolicyDaemon.Engine.Blocks;

/// <summary>All blocks of a moment, immutable: readers need no lock.</summary>
public sealed class BlockSet
{
    public static readonly BlockSet Empty = new([]);

    private readonly FrozenDictionary<BlockSubject, Block> bySubject;

    public BlockSet(IEnumerable<Block> blocks)
    {
        bySubject = blocks.ToFrozenDictionary(block => block.Subject);
        HasLoginBlocks = bySubject.Keys.Any(subject => subject.Scope == BlockScope.Login);
    }

    public IReadOnlyCollection<Block> Blocks => bySubject.Values;

    /// <summary>True when some block names a login: only then must a check know which account a login means.</summary>
    public bool HasLoginBlocks { get; }

    public bool IsEmpty => bySubject.Count == 0;

    public Block? Find(BlockSubject subject, DateTimeOffset now) =>
        bySubject.TryGetValue(subject, out var block) && block.IsActiveAt(now) ? block : null;
}
