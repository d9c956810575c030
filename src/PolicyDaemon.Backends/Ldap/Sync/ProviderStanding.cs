namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// What the word of a provider counts at this moment: an older state replaces nothing, and a provider takes away only what it has seen.
/// </summary>
/// <param name="ours">How far the view is; null: nothing is known yet, and any provider is good.</param>
/// <param name="isAccepted">An administrator said that the provider's word counts whole.</param>
internal sealed class ProviderStanding(ProviderProgress provider, SyncCookie? ours, bool isAccepted)
{
    /// <summary>Whether the provider knows all that we know.</summary>
    public bool Reaches { get; } = isAccepted || provider.Reaches(ours);

    /// <summary>Whether our state of an entry is newer than the one sent.</summary>
    public bool IsOlder(ChangeNumber? sent, ChangeNumber? known) =>
        !isAccepted && known is { } ourChange && (sent is { } change ? change < ourChange : !Reaches);

    /// <summary>
    /// Whether two states come from one change, so that the directory says of one what it says of the other, as far as we may read it.
    /// </summary>
    public bool IsSameChange(ChangeNumber? sent, ChangeNumber? known) => !isAccepted && sent is not null && sent == known;

    /// <summary>Whether an entry that we do not have is new: one whose last change we have behind us was deleted since.</summary>
    public bool MayAdd(ChangeNumber? sent) => Reaches || (sent is { } change && !ours!.Covers(change));

    public bool MayRemove(ChangeNumber? known) => isAccepted || provider.HasSeen(known, ours);
}
