namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What a provider says about an entry when it is asked whether it is still there.</summary>
/// <param name="Id">
/// The <c>entryUUID</c>; null where there is no such entry, or we may not see it. Another one than before for the base of a running search
/// means that the base was removed and made anew: slapd 2.5 then tells nothing of what is added below it, until some later change ends the
/// search with e-syncRefreshRequired.
/// </param>
/// <param name="Changes">The newest change of each server that the provider has (<c>contextCSN</c>, OpenLDAP's suffix has it); null: it does not tell.</param>
internal sealed record SyncProbe(Guid? Id, SyncCookie? Changes)
{
    internal static readonly SyncProbe Nothing = new(null, null);

    internal static SyncProbe Of(IReadOnlyList<string> uuid, IReadOnlyList<string> changes) =>
        new(uuid is [var text] && Guid.TryParseExact(text, "D", out var id) ? id : null, SyncCookie.OfChanges(changes));
}
