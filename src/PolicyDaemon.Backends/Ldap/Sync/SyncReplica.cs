namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// Decides what each message of a provider does to the view and to the cookie (RFC 4533 section 3). No input or output; one caller at a
/// time. Readers on other threads look at <see cref="Picture"/>.
/// </summary>
/// <remarks>
/// A refresh counts whole, when it is over, or not at all; after it each change counts at once. Providers may be of different age: an
/// older state replaces nothing, and a provider takes away only what it has seen.
/// </remarks>
/// <param name="read">Makes an account of an entry; null for one without login and address.</param>
internal sealed class SyncReplica(Func<SyncEntry, ViewEntry?> read, SyncOptions options, TimeProvider time)
{
    private readonly ShrinkGuard guard = new(options, time);
    private readonly ReplicaContent content = new();
    private SyncCookie? ours;
    private string? oursFrom;
    private long changes;
    private DateTimeOffset? lastChange;
    private volatile SyncPicture picture = SyncPicture.Empty;

    // Of the provider that is followed.
    private ProviderProgress provider = new("", seen: null);
    private SyncCookie? sent;
    private SyncRefresh? refresh;
    private bool isAccepted;

    public SyncPicture Picture => picture;

    /// <summary>What the last refresh did.</summary>
    public SyncRefreshResult LastRefresh { get; private set; }

    /// <summary>Begins with a view from before a restart.</summary>
    /// <param name="differs">It was not exactly what its provider had.</param>
    public void Load(AccountView view, SyncCookie? cookie, string? from, bool differs)
    {
        content.Load(view);
        if (differs) content.Skip(null);
        (ours, oursFrom) = (cookie, from);
        Publish(isKnown: true);
    }

    /// <summary>The cookie to send to this provider; null: everything is to be sent.</summary>
    public SyncCookie? CookieFor(string url)
    {
        // slapd takes a cookie without a change for none, and then names nobody as gone.
        if (ours is null || ours.IsOfNothing || content.Differs) return null;
        return ours.TellsChanges || oursFrom == url ? ours : null;
    }

    /// <summary>A search begins. What the one before had not finished is forgotten.</summary>
    /// <param name="seen">The provider's <c>contextCSN</c> just before; null where it cannot be read.</param>
    /// <param name="cookie">What the search sends; null: everything is sent.</param>
    /// <param name="accepted">An administrator said that this provider's content counts whole.</param>
    public void Begin(string url, SyncCookie? seen, SyncCookie? cookie, bool accepted)
    {
        provider = new ProviderProgress(url, seen);
        sent = cookie;
        isAccepted = accepted;
        refresh = new SyncRefresh(content.View, cookie is not null);
    }

    /// <summary>A view that was left in the middle of something: the next refresh names everything.</summary>
    public void Doubt() => content.Skip(null);

    /// <exception cref="LdapProtocolException">It cannot be so.</exception>
    public SyncStep Apply(SyncMessage message)
    {
        provider.Hear(message.Cookie);
        return refresh is null ? Follow(message) : Gather(message, refresh);
    }

    private SyncStep Gather(SyncMessage message, SyncRefresh gathered)
    {
        switch (message)
        {
            case SyncEntry { State: SyncState.Present, Id: var id }:
                gathered.AddPresent(id);
                break;
            case SyncEntry { State: SyncState.Delete, Id: var id }:
                gathered.AddDeleted(id);
                break;
            case SyncEntry entry:
                gathered.Add(Read(entry));
                break;
            case SyncIdSet { AreDeleted: true } set:
                foreach (var id in set.Ids) gathered.AddDeleted(id);
                break;
            case SyncIdSet set:
                foreach (var id in set.Ids) gathered.AddPresent(id);
                break;
            case SyncPhaseEnd phase:
                gathered.EndPhase(phase.IsPresentPhase);
                if (!phase.IsDone) break;
                Commit(gathered);
                return SyncStep.Refreshed;
        }

        return SyncStep.Going;
    }

    private void Commit(SyncRefresh gathered)
    {
        if (provider.Cookie is null) provider.Hear(sent);
        if (sent is null) content.ForgetDifferences();
        LastRefresh = new RefreshCommit(content, guard, new ProviderStanding(provider, ours, isAccepted), isAccepted).Apply(gathered);
        refresh = null;
        Advance(LastRefresh.Changed + LastRefresh.Removed);
        Publish(isKnown: true);
    }

    private SyncStep Follow(SyncMessage message)
    {
        var standing = new ProviderStanding(provider, ours, isAccepted: false);
        var done = message switch
        {
            SyncEntry { State: SyncState.Delete, Id: var id } => Delete(id, standing),
            SyncEntry { State: SyncState.Add or SyncState.Modify } entry => Take(Read(entry), standing),
            SyncIdSet { AreDeleted: true } set => set.Ids.Sum(id => Delete(id, standing)),
            _ => 0,
        };
        Advance(done);
        Publish(isKnown: true);
        return content.IsCaughtUp(standing) ? SyncStep.CaughtUp : SyncStep.Going;
    }

    private int Take(SentEntry entry, ProviderStanding standing)
    {
        if (entry.Account is { } account) return content.Put(entry.Id, account, standing) ? 1 : 0;
        return content.View.Find(entry.Id) is { } known && !content.KeepsAccount(known, entry, standing) ? Delete(entry.Id, standing) : 0;
    }

    private int Delete(Guid id, ProviderStanding standing)
    {
        if (content.View.Find(id) is not { } known || content.IsWithheld(id) || !content.MayRemove(known, standing)) return 0;
        if (!guard.TryDelete(content.View.Count))
        {
            content.Withhold(known);
            return 0;
        }

        content.Remove(id);
        return 1;
    }

    private void Advance(int done)
    {
        if (provider.Cookie is { } cookie)
        {
            ours = ours is null || isAccepted ? cookie : cookie.Join(ours);
            oursFrom = provider.Url;
        }

        changes += done;
        if (done > 0) lastChange = time.GetUtcNow();
    }

    private SentEntry Read(SyncEntry entry) => new(entry.Id, entry.Changed, read(entry));

    private void Publish(bool isKnown) => picture = new SyncPicture
    {
        View = content.View,
        Cookie = ours,
        Provider = oursFrom,
        Differs = content.Differs,
        IsKnown = isKnown,
        IsProviderBehind = !provider.Reaches(ours),
        Older = content.Older,
        Withheld = content.Withheld,
        Changes = changes,
        LastChange = lastChange,
    };
}

/// <summary>What a message led to.</summary>
internal enum SyncStep
{
    Going,

    /// <summary>The refresh is over and counts.</summary>
    Refreshed,

    /// <summary>The provider was behind and is not any more: what was skipped meanwhile is to be asked for again, with all the rest.</summary>
    CaughtUp,
}

/// <param name="Changed">Entries added or changed.</param>
internal readonly record struct SyncRefreshResult(int Changed, int Removed);
