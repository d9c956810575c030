namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What a provider says in a synchronization (RFC 4533 sections 2.2 to 2.5), in the order in which it says it.</summary>
/// <param name="Cookie">How far the consumer is once it has applied this and all before it; null: no word about that.</param>
internal abstract record SyncMessage(SyncCookie? Cookie);

/// <summary>An entry, with the Sync State control (RFC 4533 section 2.3); a reference to elsewhere counts as one that is deleted, without a DN.</summary>
/// <param name="Id">The <c>entryUUID</c>: the entry's identity, which survives a rename.</param>
/// <param name="Entry">All attributes that were asked for; for <see cref="SyncState.Present"/> and <see cref="SyncState.Delete"/> the DN alone.</param>
internal sealed record SyncEntry(SyncState State, Guid Id, LdapEntry Entry, SyncCookie? Cookie) : SyncMessage(Cookie)
{
    /// <summary>Its <c>entryCSN</c>; null where the server has none or does not show it.</summary>
    public ChangeNumber? Changed { get; } =
        Entry.Texts(SyncAttributes.ChangeNumber) is [var text] && ChangeNumber.TryParse(text, out var number) ? number : null;
}

internal enum SyncState
{
    /// <summary>Unchanged since the consumer's cookie.</summary>
    Present = 0,
    Add = 1,
    Modify = 2,
    Delete = 3,
}

/// <summary>Many entries at once (syncIdSet, RFC 4533 section 2.5.4).</summary>
/// <param name="AreDeleted">True: they are gone. False: they are unchanged.</param>
internal sealed record SyncIdSet(IReadOnlyList<Guid> Ids, bool AreDeleted, SyncCookie? Cookie) : SyncMessage(Cookie);

/// <summary>The end of a phase of the refresh (refreshPresent, refreshDelete, RFC 4533 sections 2.5.2 and 2.5.3).</summary>
/// <param name="IsPresentPhase">True: whatever was neither sent nor named as present is gone. False: only what was named as deleted is gone.</param>
/// <param name="IsDone">The refresh is over and changes follow as they happen; false: the other phase follows.</param>
internal sealed record SyncPhaseEnd(bool IsPresentPhase, bool IsDone, SyncCookie? Cookie) : SyncMessage(Cookie);

/// <summary>Nothing changed that concerns us, but something did (newcookie, RFC 4533 section 2.5.1).</summary>
internal sealed record SyncNewCookie(SyncCookie? Cookie) : SyncMessage(Cookie);

/// <summary>The provider ended the search (Sync Done control, RFC 4533 section 2.4): in this mode never because all is well.</summary>
internal sealed record SyncEnd(LdapResult Result, SyncCookie? Cookie) : SyncMessage(Cookie);

/// <summary>
/// The server answered the search as if it had no Sync Request control, although the control is critical: it cannot be followed. The last
/// message.
/// </summary>
internal sealed record SyncUnsupported() : SyncMessage(Cookie: null);
