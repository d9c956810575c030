using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// The accounts of a directory at one moment, immutable: by entry, by login and by address. A change makes a new view that shares all
/// but what the change touches with the one before. Whoever holds a view reads it without a lock.
/// </summary>
internal sealed class AccountView
{
    public static readonly AccountView Empty = WithHashBits(uint.MaxValue);

    private readonly EntryIndex entries;
    private readonly KeyIndex logins;
    private readonly KeyIndex addresses;

    private AccountView(int count, EntryIndex entries, KeyIndex logins, KeyIndex addresses, uint hashMask)
    {
        Count = count;
        this.entries = entries;
        this.logins = logins;
        this.addresses = addresses;
        HashMask = hashMask;
    }

    public int Count { get; }

    public IEnumerable<ViewEntry> Entries => entries.Sets().SelectMany(set => set);

    /// <summary>The logins that more than one entry claims, in ordinal order, and those entries.</summary>
    public ImmutableSortedDictionary<string, EntrySet> SharedLogins => logins.Shared;

    /// <summary>The addresses that more than one entry has, in ordinal order, and those entries.</summary>
    public ImmutableSortedDictionary<string, EntrySet> SharedAddresses => addresses.Shared;

    /// <summary>Logins and addresses that more than one entry has.</summary>
    public int Conflicts => SharedLogins.Count + SharedAddresses.Count;

    private uint HashMask { get; }

    public ViewEntry? Find(Guid id) => Find(entries, id, HashMask);

    /// <summary>The entries with this login, ordered by DN; more than one is a conflict.</summary>
    public EntrySet WithLogin(string login) => logins.Find(login);

    /// <summary>The entries with this address, ordered by DN; more than one share it.</summary>
    /// <param name="address">The text of a normalized address, <c>@domain</c> for a catch-all.</param>
    public EntrySet WithAddress(string address) => addresses.Find(address);

    /// <summary>The view with this entry in place of what had its id before.</summary>
    public AccountView Put(ViewEntry entry)
    {
        var builder = ToBuilder();
        builder.Put(entry);
        return builder.ToView();
    }

    /// <summary>The view without this entry; itself when it has none.</summary>
    public AccountView Remove(Guid id)
    {
        var builder = ToBuilder();
        return builder.Remove(id) ? builder.ToView() : this;
    }

    /// <summary>For many changes at once; this view stays as it is.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>The conflicts that another view does not have: what a change has brought, told once.</summary>
    public IEnumerable<SyncConflict> ConflictsSince(AccountView before) =>
        NewIn(SharedLogins, before.SharedLogins, isLogin: true).Concat(NewIn(SharedAddresses, before.SharedAddresses, isLogin: false));

    /// <param name="mask">The bits of a hash that count. All; with fewer, keys collide as by chance they would not.</param>
    internal static AccountView WithHashBits(uint mask) =>
        new(0, default, KeyIndex.Empty(static entry => entry.Logins, mask), KeyIndex.Empty(static entry => entry.Addresses, mask), mask);

    private static IEnumerable<SyncConflict> NewIn(
        ImmutableSortedDictionary<string, EntrySet> now, ImmutableSortedDictionary<string, EntrySet> before, bool isLogin) =>
        ReferenceEquals(now, before)
            ? []
            : now.Where(conflict => !before.ContainsKey(conflict.Key))
                .Select(conflict => new SyncConflict(conflict.Key, [.. conflict.Value.Take(SyncConflict.MaxDns).Select(entry => entry.Dn)], isLogin));

    private static ViewEntry? Find(EntryIndex entries, Guid id, uint hashMask)
    {
        foreach (var entry in entries.Find(HashOf(id) & hashMask))
        {
            if (entry.Id == id) return entry;
        }

        return null;
    }

    /// <summary>With a key of this process's own, as ids come from the directory.</summary>
    private static uint HashOf(Guid id)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(ref id)));
        return (uint)hash.ToHashCode();
    }

    /// <summary>A view that is being made: for one thread. The views it gives do not change with it.</summary>
    internal sealed class Builder
    {
        private readonly uint hashMask;
        private EntryIndex entries;
        private KeyIndex logins;
        private KeyIndex addresses;
        private object owner = new();

        internal Builder(AccountView from)
        {
            (Count, entries, logins, addresses, hashMask) = (from.Count, from.entries, from.logins, from.addresses, from.HashMask);
        }

        public int Count { get; private set; }

        public ViewEntry? Find(Guid id) => AccountView.Find(entries, id, hashMask);

        /// <inheritdoc cref="AccountView.WithLogin"/>
        public EntrySet WithLogin(string login) => logins.Find(login);

        /// <summary>Puts this entry in the place of what had its id before.</summary>
        public void Put(ViewEntry entry)
        {
            Remove(entry.Id);
            entries = entries.Add(HashOf(entry.Id) & hashMask, entry, owner);
            logins = logins.Add(entry, owner);
            addresses = addresses.Add(entry, owner);
            Count++;
        }

        /// <returns>False when there is no such entry.</returns>
        public bool Remove(Guid id)
        {
            if (Find(id) is not { } old) return false;
            entries = entries.Remove(HashOf(id) & hashMask, old, owner);
            logins = logins.Remove(old, owner);
            addresses = addresses.Remove(old, owner);
            Count--;
            return true;
        }

        /// <summary>What was put so far, as a view of its own.</summary>
        public AccountView ToView()
        {
            owner = new object();
            return new AccountView(Count, entries, logins, addresses, hashMask);
        }
    }
}
