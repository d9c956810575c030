using System.Collections.Immutable;
using System.Text;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The entries by one kind of key that each may have several of: logins, or addresses. Immutable.</summary>
/// <param name="hashMask">The bits of a hash that count.</param>
/// <remarks>
/// Keys come from the directory and from peers: they are hashed with a key of this process's own (Marvin), so that nobody can choose
/// them to collide.
/// </remarks>
internal sealed class KeyIndex(KeyIndex.KeysOf keysOf, uint hashMask, EntryIndex entries, ImmutableSortedDictionary<string, EntrySet> shared)
{
    private const int MaxOnStack = 512;

    /// <summary>Which texts of an entry are its keys.</summary>
    internal delegate EntryTexts KeysOf(ViewEntry entry);

    /// <summary>The keys that more than one entry has, in ordinal order, and who has them.</summary>
    public ImmutableSortedDictionary<string, EntrySet> Shared => shared;

    public static KeyIndex Empty(KeysOf keysOf, uint hashMask) =>
        new(keysOf, hashMask, default, ImmutableSortedDictionary.Create<string, EntrySet>(StringComparer.Ordinal));

    public EntrySet Find(string key)
    {
        var found = entries.Find(HashOf(key) & hashMask);
        return found.Count > 1 && shared.TryGetValue(key, out var sharers) ? sharers : found.Where(keysOf, key, HasKey);
    }

    /// <param name="entry">Not in the index.</param>
    /// <inheritdoc cref="EntryIndex.Add(uint, ViewEntry, object?)" path="/param"/>
    public KeyIndex Add(ViewEntry entry, object? owner)
    {
        var (changed, changedShared) = (entries, shared);
        foreach (var key in keysOf(entry))
        {
            var hash = HashOf(key) & hashMask;
            if (changed.Find(hash) is { Count: > 0 } found) changedShared = Share(changedShared, found, key, entry);
            changed = changed.Add(hash, entry, owner);
        }

        return new KeyIndex(keysOf, hashMask, changed, changedShared);
    }

    /// <param name="entry">The very one that is in the index.</param>
    /// <inheritdoc cref="EntryIndex.Add(uint, ViewEntry, object?)" path="/param"/>
    public KeyIndex Remove(ViewEntry entry, object? owner)
    {
        var (changed, changedShared) = (entries, shared);
        foreach (var key in keysOf(entry))
        {
            changed = changed.Remove(HashOf(key) & hashMask, entry, owner);
            if (!changedShared.IsEmpty) changedShared = Unshare(changedShared, Encoding.UTF8.GetString(key), entry);
        }

        return new KeyIndex(keysOf, hashMask, changed, changedShared);
    }

    private ImmutableSortedDictionary<string, EntrySet> Share(
        ImmutableSortedDictionary<string, EntrySet> others, EntrySet sameHash, ReadOnlySpan<byte> key, ViewEntry entry)
    {
        var text = Encoding.UTF8.GetString(key);
        if (!others.TryGetValue(text, out var sharers)) sharers = sameHash.Where(keysOf, text, HasKey);
        var all = sharers.Add(entry);
        return all.Count > 1 ? others.SetItem(text, all) : others;
    }

    private static ImmutableSortedDictionary<string, EntrySet> Unshare(ImmutableSortedDictionary<string, EntrySet> others, string key, ViewEntry entry)
    {
        if (!others.TryGetValue(key, out var sharers)) return others;
        var left = sharers.Remove(entry);
        return left.Count > 1 ? others.SetItem(key, left) : others.Remove(key);
    }

    private static bool HasKey(ViewEntry entry, KeysOf keysOf, string key) => keysOf(entry).Contain(key);

    private static uint HashOf(string key) => (uint)key.GetHashCode(StringComparison.Ordinal);

    /// <summary>As that of the same text in a string.</summary>
    private static uint HashOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxOnStack) return HashOf(Encoding.UTF8.GetString(utf8));
        Span<char> characters = stackalloc char[MaxOnStack];
        var length = Encoding.UTF8.GetChars(utf8, characters);
        return (uint)string.GetHashCode(characters[..length], StringComparison.Ordinal);
    }
}
