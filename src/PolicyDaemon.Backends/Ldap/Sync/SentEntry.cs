namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>An entry as a provider sent it.</summary>
/// <param name="Changed">Its <c>entryCSN</c>; null where the server has none or does not show it.</param>
/// <param name="Account">Null: the entry has neither login nor address that we may see, so that it is nobody's account.</param>
internal sealed record SentEntry(Guid Id, ChangeNumber? Changed, ViewEntry? Account);
