using System.Collections.Immutable;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// The accounts of a directory at one moment, immutable: by entry, by login and by address. A change makes a new view that shares all
/// but what the change touches with the one before.
/// </summary>
internal sealed class AccountView
{
    public static readonly AccountView Empty = new(
        ImmutableDictionary<Guid, ViewEntry>.Empty,
        ImmutableDictionary<string, ImmutableArray<ViewEntry>>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableDictionary<string, ImmutableArray<ViewEntry>>.Empty.WithComparers(StringComparer.Ordinal));

    private readonly ImmutableDictionary<Guid, ViewEntry> entries;
    private readonly ImmutableDictionary<string, ImmutableArray<ViewEntry>> logins;
    private readonly ImmutableDictionary<string, ImmutableArray<ViewEntry>> addresses;

    private AccountView(
        ImmutableDictionary<Guid, ViewEntry> entries,
        ImmutableDictionary<string, ImmutableArray<ViewEntry>> logins,
        ImmutableDictionary<string, ImmutableArray<ViewEntry>> addresses)
    {
        this.entries = entries;
        this.logins = logins;
        this.addresses = addresses;
    }

    public int Count => entries.Count;

    public IEnumerable<ViewEntry> Entries => entries.Values;

    public ViewEntry? Find(Guid id) => entries.GetValueOrDefault(id);

    /// <summary>The entries with this login, ordered by DN; more than one is a conflict.</summary>
    public IReadOnlyList<ViewEntry> WithLogin(string login) => logins.TryGetValue(login, out var found) ? found : [];

    /// <summary>The entries with this address, ordered by DN; more than one share it.</summary>
    /// <param name="address">The text of a normalized address, <c>@domain</c> for a catch-all.</param>
    public IReadOnlyList<ViewEntry> WithAddress(string address) => addresses.TryGetValue(address, out var found) ? found : [];

    /// <summary>The view with this entry in place of what had its id before.</summary>
    public AccountView Put(ViewEntry entry)
    {
        var without = Remove(entry.Id);
        return new AccountView(
            without.entries.Add(entry.Id, entry),
            entry.Account.Logins.Aggregate(without.logins, (map, login) => Add(map, login, entry)),
            entry.Account.Addresses.Aggregate(without.addresses, (map, address) => Add(map, address.Text, entry)));
    }

    /// <summary>The view without this entry; itself when it has none.</summary>
    public AccountView Remove(Guid id)
    {
        if (Find(id) is not { } old) return this;
        return new AccountView(
            entries.Remove(id),
            old.Account.Logins.Aggregate(logins, (map, login) => Drop(map, login, old)),
            old.Account.Addresses.Aggregate(addresses, (map, address) => Drop(map, address.Text, old)));
    }

    private static ImmutableDictionary<string, ImmutableArray<ViewEntry>> Add(
        ImmutableDictionary<string, ImmutableArray<ViewEntry>> map, string key, ViewEntry entry) =>
        map.SetItem(key, map.TryGetValue(key, out var others)
            ? [.. others.Append(entry).OrderBy(other => other.Dn, StringComparer.Ordinal)]
            : [entry]);

    private static ImmutableDictionary<string, ImmutableArray<ViewEntry>> Drop(
        ImmutableDictionary<string, ImmutableArray<ViewEntry>> map, string key, ViewEntry entry) =>
        map[key] is [_] ? map.Remove(key) : map.SetItem(key, map[key].Remove(entry));
}
