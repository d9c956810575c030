namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What a provider said since the search began, until it says that this is all: nothing of it counts before (RFC 4533 section 3.3.1).</summary>
/// <param name="view">What we have; what is said of other entries than these, and of entries not sent, is forgotten.</param>
/// <param name="hadCookie">False: whatever is not sent is gone, whichever way the refresh ends.</param>
/// <param name="maxEntries">More is an error.</param>
internal sealed class SyncRefresh(AccountView view, bool hadCookie, int maxEntries = SyncRefresh.MaxEntries)
{
    /// <summary>No directory of people is larger: what sends more is broken, and must not take all memory.</summary>
    internal const int MaxEntries = 5_000_000;

    private readonly Dictionary<Guid, SentEntry> entries = [];
    private readonly HashSet<Guid> present = [];
    private readonly HashSet<Guid> deleted = [];

    public IReadOnlyCollection<SentEntry> Entries => entries.Values;

    /// <summary>Whether everything that was not mentioned is gone.</summary>
    public bool Sweeps { get; private set; } = !hadCookie;

    /// <summary>The entries of the view that are gone by this refresh.</summary>
    public IEnumerable<ViewEntry> Missing => Sweeps
        ? view.Entries.Where(entry => !entries.ContainsKey(entry.Id) && !present.Contains(entry.Id))
        : deleted.Select(view.Find).OfType<ViewEntry>();

    /// <exception cref="LdapProtocolException">More than anybody has.</exception>
    public void Add(SentEntry entry)
    {
        entries[entry.Id] = entry;
        deleted.Remove(entry.Id);
        if (entries.Count > maxEntries) throw new LdapProtocolException($"more than {maxEntries} entries");
    }

    public void AddPresent(Guid id)
    {
        if (view.Find(id) is not null) present.Add(id);
    }

    public void AddDeleted(Guid id)
    {
        entries.Remove(id);
        present.Remove(id);
        if (view.Find(id) is not null) deleted.Add(id);
    }

    /// <param name="isPresentPhase">The phase that ended named what is still there.</param>
    public void EndPhase(bool isPresentPhase) => Sweeps |= isPresentPhase;
}
