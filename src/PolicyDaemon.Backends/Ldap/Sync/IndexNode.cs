namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// A persistent map from hashes to sets of entries: a change copies the nodes on the way to what it touches, and shares all others with
/// the map before. A hash trie of 16 branches, whose leaves hold up to <see cref="IndexLeaf.MaxSlots"/> hashes side by side.
/// </summary>
/// <remarks>
/// Keys are not kept: whoever asks compares the entries found with the key. So two keys with one hash share a set, however many bits of
/// them are equal.
/// </remarks>
internal abstract class IndexNode
{
    protected const int BitsPerLevel = 4;
    protected const int BitsOfHash = 32;

    public abstract EntrySet Find(uint hash);

    /// <param name="level">Bits of the hash that led here.</param>
    /// <param name="owner">Whose edit this is: branches that it has made already are changed in place. Null: none are.</param>
    public abstract IndexNode Add(uint hash, ViewEntry entry, int level, object? owner);

    /// <returns>Null when nothing is left.</returns>
    public abstract IndexNode? Remove(uint hash, ViewEntry entry, int level, object? owner);

    public abstract IEnumerable<EntrySet> Sets();
}

internal sealed class IndexLeaf(uint[] hashes, EntrySet[] sets) : IndexNode
{
    internal const int MaxSlots = 32;

    public static IndexNode Of(uint hash, ViewEntry entry) => new IndexLeaf([hash], [new EntrySet(entry)]);

    public override EntrySet Find(uint hash)
    {
        var slot = Array.IndexOf(hashes, hash);
        return slot < 0 ? default : sets[slot];
    }

    public override IndexNode Add(uint hash, ViewEntry entry, int level, object? owner)
    {
        var slot = Array.IndexOf(hashes, hash);
        if (slot >= 0) return With(slot, sets[slot].Add(entry));
        if (hashes.Length < MaxSlots || level >= BitsOfHash) return new IndexLeaf([.. hashes, hash], [.. sets, new EntrySet(entry)]);
        return IndexBranch.Split(hashes, sets, level, owner).Add(hash, entry, level, owner);
    }

    public override IndexNode? Remove(uint hash, ViewEntry entry, int level, object? owner)
    {
        var slot = Array.IndexOf(hashes, hash);
        if (slot < 0) return this;
        var left = sets[slot].Remove(entry);
        if (left.Count > 0) return With(slot, left);
        if (hashes.Length == 1) return null;
        return new IndexLeaf([.. hashes.AsSpan(0, slot), .. hashes.AsSpan(slot + 1)], [.. sets.AsSpan(0, slot), .. sets.AsSpan(slot + 1)]);
    }

    public override IEnumerable<EntrySet> Sets() => sets;

    private IndexLeaf With(int slot, EntrySet set)
    {
        EntrySet[] changed = [.. sets];
        changed[slot] = set;
        return new IndexLeaf(hashes, changed);
    }
}

internal sealed class IndexBranch : IndexNode
{
    private const int Width = 1 << BitsPerLevel;

    private readonly IndexNode?[] children;
    private readonly object? owner;

    private IndexBranch(IndexNode?[] children, object? owner)
    {
        this.children = children;
        this.owner = owner;
    }

    /// <summary>What was one leaf, as a branch with leaves.</summary>
    internal static IndexBranch Split(uint[] hashes, EntrySet[] sets, int level, object? owner)
    {
        var leaves = new IndexNode?[Width];
        foreach (var group in hashes.Zip(sets).GroupBy(slot => SlotOf(slot.First, level)))
            leaves[group.Key] = new IndexLeaf([.. group.Select(slot => slot.First)], [.. group.Select(slot => slot.Second)]);
        return new IndexBranch(leaves, owner);
    }

    public override EntrySet Find(uint hash)
    {
        IndexNode? node = this;
        for (var level = 0; node is IndexBranch branch; level += BitsPerLevel) node = branch.children[SlotOf(hash, level)];
        return node is null ? default : node.Find(hash);
    }

    public override IndexNode Add(uint hash, ViewEntry entry, int level, object? owner)
    {
        var slot = SlotOf(hash, level);
        return With(slot, children[slot]?.Add(hash, entry, level + BitsPerLevel, owner) ?? IndexLeaf.Of(hash, entry), owner);
    }

    public override IndexNode? Remove(uint hash, ViewEntry entry, int level, object? owner)
    {
        var slot = SlotOf(hash, level);
        var child = children[slot];
        var left = child?.Remove(hash, entry, level + BitsPerLevel, owner);
        if (ReferenceEquals(left, child)) return this;
        var changed = With(slot, left, owner);
        return left is null && Array.TrueForAll(changed.children, static other => other is null) ? null : changed;
    }

    public override IEnumerable<EntrySet> Sets() => children.OfType<IndexNode>().SelectMany(child => child.Sets());

    private IndexBranch With(int slot, IndexNode? child, object? editor)
    {
        if (ReferenceEquals(children[slot], child)) return this;
        var changed = editor is not null && ReferenceEquals(owner, editor) ? this : new IndexBranch([.. children], editor);
        changed.children[slot] = child;
        return changed;
    }

    private static int SlotOf(uint hash, int level) => (int)(hash >> level) & (Width - 1);
}
