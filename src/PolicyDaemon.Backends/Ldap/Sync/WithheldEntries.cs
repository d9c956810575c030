namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>The entries that a provider has not any more and that stay nevertheless, until somebody settles it.</summary>
internal sealed class WithheldEntries
{
    private readonly Dictionary<Guid, string> dns = [];
    private readonly Dictionary<string, Guid> ids = new(StringComparer.OrdinalIgnoreCase);

    public int Count => dns.Count;

    public bool Contains(Guid id) => dns.ContainsKey(id);

    public void Add(ViewEntry entry)
    {
        Remove(entry.Id);
        dns[entry.Id] = entry.Dn;
        ids[entry.Dn] = entry.Id;
    }

    public void Remove(Guid id)
    {
        if (dns.Remove(id, out var dn) && ids.TryGetValue(dn, out var owner) && owner == id) ids.Remove(dn);
    }

    public void Clear()
    {
        dns.Clear();
        ids.Clear();
    }

    /// <summary>Those whose place this entry takes, under another id: it has the DN or a login of theirs.</summary>
    public IReadOnlyList<Guid> ReplacedBy(ViewEntry entry, Func<string, IEnumerable<ViewEntry>> withLogin)
    {
        if (Count == 0) return [];
        var same = entry.Account.Logins.SelectMany(withLogin).Select(other => other.Id).Where(Contains);
        if (ids.TryGetValue(entry.Dn, out var id)) same = same.Append(id);
        return [.. same.Where(other => other != entry.Id).Distinct()];
    }
}
