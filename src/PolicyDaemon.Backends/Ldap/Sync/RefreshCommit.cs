namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Applies a finished refresh: what was sent, then what is gone.</summary>
internal sealed class RefreshCommit(ReplicaContent content, ShrinkGuard guard, ProviderStanding standing, bool isAccepted)
{
    public SyncRefreshResult Apply(SyncRefresh refresh)
    {
        var before = content.View;
        var missing = new List<ViewEntry>(refresh.Missing);
        var changed = 0;
        foreach (var entry in refresh.Entries)
        {
            if (entry.Account is { } account) changed += content.Put(entry.Id, account, standing) ? 1 : 0;
            else if (before.Find(entry.Id) is { } known && !content.KeepsAccount(known, entry, standing)) missing.Add(known);
        }

        return new SyncRefreshResult(changed, Remove(missing, refresh, before.Count));
    }

    private int Remove(List<ViewEntry> missing, SyncRefresh refresh, int before)
    {
        // Nothing is swept by a provider that has not reached us, not even what it has seen: the rest is to be asked for anyway.
        var mayGo = refresh.Sweeps && !standing.Reaches ? [] : missing.Where(entry => content.MayRemove(entry, standing)).ToList();
        if (mayGo.Count < missing.Count) content.Skip(null);

        // Withheld already, or gone because something else took its place.
        mayGo.RemoveAll(entry => (content.IsWithheld(entry.Id) && !isAccepted) || content.View.Find(entry.Id) is null);
        var replaced = FindReplaced(mayGo, refresh);
        var leaving = mayGo.Count - replaced.Count;
        if (isAccepted || guard.AllowsRefresh(leaving, before, content.View.Count - mayGo.Count))
        {
            foreach (var entry in mayGo) content.Remove(entry.Id);
            return mayGo.Count;
        }

        foreach (var entry in mayGo)
        {
            if (replaced.Contains(entry.Id)) content.Remove(entry.Id);
            else content.Withhold(entry);
        }

        return replaced.Count;
    }

    /// <summary>Those of which an entry with another id has the DN or a login: a tree that was loaded anew.</summary>
    private HashSet<Guid> FindReplaced(List<ViewEntry> missing, SyncRefresh refresh)
    {
        var replaced = new HashSet<Guid>();
        if (missing.Count == 0) return replaced;
        var gone = missing.Select(entry => entry.Id).ToHashSet();
        var dns = refresh.Entries.Select(entry => entry.Account?.Dn).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in missing)
        {
            var hasTwin = dns.Contains(entry.Dn) || entry.Account.Logins.Any(login => content.View.WithLogin(login).Any(other => !gone.Contains(other.Id)));
            if (hasTwin) replaced.Add(entry.Id);
        }

        return replaced;
    }
}
