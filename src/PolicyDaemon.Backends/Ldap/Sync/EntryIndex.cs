using System.Runtime.CompilerServices;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// A persistent map from hashes to sets of entries: a change copies the nodes on the way to what it touches, and shares all others with
/// the map before. A hash trie of 16 branches, whose leaves hold up to <see cref="MaxSlots"/> hashes side by side.
/// </summary>
/// <remarks>
/// Keys are not kept: whoever asks compares the entries found with the key. So two keys with one hash share a set, however many bits of
/// them are equal. A node is a <see cref="Branch"/>, or an array of <see cref="Slot"/>, the used ones first; every further object would cost
/// each question a miss of the cache.
/// </remarks>
/// <param name="root">Null: empty.</param>
internal readonly struct EntryIndex(object? root)
{
    private const int MaxSlots = 32;
    private const int Growth = 4;
    private const int BitsPerLevel = 4;
    private const int BitsOfHash = 32;
    private const int Width = 1 << BitsPerLevel;

    public EntrySet Find(uint hash)
    {
        var node = root;
        for (var left = hash; node is Branch branch; left >>= BitsPerLevel) node = branch.Children[(int)(left % Width)];
        if (node is null) return default;
        foreach (ref readonly var slot in Unsafe.As<Slot[]>(node).AsSpan())
        {
            if (slot.Hash == hash) return slot.Set;
        }

        return default;
    }

    /// <param name="owner">Whose edit this is: nodes that it has made already are changed in place. Null: none are.</param>
    public EntryIndex Add(uint hash, ViewEntry entry, object? owner) => new(Add(root, hash, entry, 0, owner, mayEdit: false));

    /// <inheritdoc cref="Add(uint, ViewEntry, object?)"/>
    public EntryIndex Remove(uint hash, ViewEntry entry, object? owner) => new(Remove(root, hash, entry, 0, owner, mayEdit: false));

    public IEnumerable<EntrySet> Sets() => SetsOf(root);

    /// <param name="mayEdit">The node is a leaf that the owner has made.</param>
    private static object Add(object? node, uint hash, ViewEntry entry, int level, object? owner, bool mayEdit)
    {
        if (node is null) return new[] { new Slot(hash, new EntrySet(entry)) };
        if (node is Branch branch)
        {
            var index = IndexOf(hash, level);
            return branch.With(index, Add(branch.Children[index], hash, entry, level + BitsPerLevel, owner, branch.HasMade(index, owner)), owner);
        }

        var leaf = (Slot[])node;
        var slot = SlotOf(leaf, hash, out var used);
        if (slot < used) return With(leaf, slot, new Slot(hash, leaf[slot].Set.Add(entry)), mayEdit);
        if (used < MaxSlots || level >= BitsOfHash) return With(leaf, used, new Slot(hash, new EntrySet(entry)), mayEdit);
        return Add(Split(leaf, level, owner), hash, entry, level, owner, mayEdit: false);
    }

    /// <inheritdoc cref="Add(object?, uint, ViewEntry, int, object?, bool)"/>
    private static object? Remove(object? node, uint hash, ViewEntry entry, int level, object? owner, bool mayEdit)
    {
        if (node is null) return null;
        if (node is Branch branch)
        {
            var index = IndexOf(hash, level);
            if (branch.Children[index] is not { } child) return branch;
            var left = Remove(child, hash, entry, level + BitsPerLevel, owner, branch.HasMade(index, owner));
            var changed = branch.With(index, left, owner);
            return left is null && changed.IsEmpty ? null : changed;
        }

        var leaf = (Slot[])node;
        var slot = SlotOf(leaf, hash, out var used);
        if (slot == used) return leaf;
        var rest = leaf[slot].Set.Remove(entry);
        if (rest.Count > 0) return With(leaf, slot, new Slot(hash, rest), mayEdit);
        if (used == 1) return null;

        // The last one takes its place.
        var changedLeaf = With(leaf, slot, leaf[used - 1], mayEdit);
        changedLeaf[used - 1] = default;
        return changedLeaf;
    }

    /// <summary>The leaf with this slot changed, or behind the used ones.</summary>
    private static Slot[] With(Slot[] leaf, int index, Slot slot, bool mayEdit)
    {
        var changed = leaf;
        if (!mayEdit || index == leaf.Length)
        {
            // Room for a few more: an array for each entry that comes would be most of the work of loading a directory.
            changed = new Slot[index < leaf.Length ? leaf.Length : leaf.Length + Growth];
            leaf.CopyTo(changed, 0);
        }

        changed[index] = slot;
        return changed;
    }

    /// <summary>What was one leaf, as a branch with leaves.</summary>
    private static Branch Split(Slot[] leaf, int level, object? owner)
    {
        Branch branch = new(owner);
        for (var index = 0; index < Width; index++)
        {
            var slots = Array.FindAll(leaf, slot => IndexOf(slot.Hash, level) == index);
            if (slots.Length > 0) branch.Children[index] = slots;
        }

        return branch;
    }

    private static IEnumerable<EntrySet> SetsOf(object? node)
    {
        if (node is Slot[] leaf) return leaf.Select(slot => slot.Set).TakeWhile(set => set.Count > 0);
        return node is Branch branch ? Enumerable.Range(0, Width).SelectMany(index => SetsOf(branch.Children[index])) : [];
    }

    /// <param name="used">Slots in use; also the result where none has this hash.</param>
    private static int SlotOf(Slot[] leaf, uint hash, out int used)
    {
        used = Array.FindIndex(leaf, static slot => slot.Set.Count == 0);
        if (used < 0) used = leaf.Length;
        for (var i = 0; i < used; i++)
        {
            if (leaf[i].Hash == hash) return i;
        }

        return used;
    }

    private static int IndexOf(uint hash, int level) => (int)((hash >> level) % Width);

    private readonly record struct Slot(uint Hash, EntrySet Set);

    [InlineArray(Width)]
    private struct Nodes
    {
        private object? first;
    }

    private sealed class Branch(object? owner)
    {
        private readonly object? owner = owner;

        /// <summary>One bit for each child that the owner has made after this.</summary>
        private int made;

        public Nodes Children;

        public bool IsEmpty => !((ReadOnlySpan<object?>)Children).ContainsAnyExcept((object?)null);

        public bool HasMade(int index, object? editor) => IsOf(editor) && (made >> index & 1) != 0;

        /// <param name="editor">The owner of what it makes; null: nobody.</param>
        public Branch With(int index, object? child, object? editor)
        {
            if (ReferenceEquals(Children[index], child)) return this;
            var changed = IsOf(editor) ? this : new Branch(editor) { Children = Children };
            changed.Children[index] = child;
            changed.made |= 1 << index;
            return changed;
        }

        private bool IsOf(object? editor) => editor is not null && ReferenceEquals(owner, editor);
    }
}
