using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>One entry of the directory as the view keeps it: the account it describes, and what is needed to follow its changes.</summary>
/// <param name="Id">The <c>entryUUID</c>.</param>
/// <param name="Changed">The <c>entryCSN</c>; null where the server has none or does not show it.</param>
/// <param name="AllowedSenders">Who may write to the account's addresses; empty: everyone.</param>
/// <param name="HasUnreadableAllowedSenders">Somebody wanted to restrict that, and wrote nothing we understand.</param>
internal sealed record ViewEntry(
    Guid Id, ChangeNumber? Changed, Account Account, IReadOnlyList<EmailAddress> AllowedSenders, bool HasUnreadableAllowedSenders)
{
    public string Dn => Account.States[0].Entry;
}
