namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How far the followed provider is, by what it has said so far: what it may take away depends on that.</summary>
/// <remarks>
/// A provider that says nothing about changes (another kind of server) is trusted. A cookie in the persist stage names only the change it
/// comes with (slapd 2.5), so that cookies add up.
/// </remarks>
/// <param name="url">Who it is.</param>
/// <param name="seen">Its <c>contextCSN</c> at the beginning; null where it could not be read.</param>
internal sealed class ProviderProgress(string url, SyncCookie? seen)
{
    public string Url => url;

    public SyncCookie? Cookie { get; private set; } = seen;

    public void Hear(SyncCookie? cookie)
    {
        if (cookie is not null) Cookie = Cookie is null ? cookie : cookie.Join(Cookie);
    }

    /// <summary>Whether all that we know could have come from this provider too.</summary>
    public bool Reaches(SyncCookie? ours) => Cookie is null || ours is null || Cookie.Reaches(ours);

    /// <summary>Whether the provider had this change behind it when it spoke: only then does its word count against the change.</summary>
    /// <param name="change">Null where it is not known: then all or nothing counts.</param>
    public bool HasSeen(ChangeNumber? change, SyncCookie? ours)
    {
        if (Cookie is not { TellsChanges: true } cookie || change is not { } number) return Reaches(ours);

        // Entries that were loaded from a file may bear the id of a server that no cookie names.
        return cookie.Covers(number) || (!cookie.Names(number.Server) && Reaches(ours));
    }
}
