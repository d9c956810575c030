using System.Diagnostics.CodeAnalysis;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// An entry whose state, or whose place of its mailbox, was there and is not any more, although the entry was not changed: somebody narrowed an
/// ACL. What we cannot read must not give back what it took away, nor lead mail to another place.
/// </summary>
internal static class NarrowedEntry
{
    /// <param name="mended">The entry as sent, with what is known besides.</param>
    /// <returns>False when nothing has vanished.</returns>
    internal static bool TryMend(ViewEntry known, ViewEntry sent, [NotNullWhen(true)] out ViewEntry? mended)
    {
        mended = null;
        var (before, now) = (known.Account.States[0], sent.Account.States[0]);
        var lostSendAllowed = now.SendAllowed == SendAllowed.Absent && before.SendAllowed != SendAllowed.Absent;
        var lostStatus = now.Status is null && before.Status is not null;
        var mailbox = sent.Account.Mailbox.Or(known.Account.Mailbox);
        var lostMailbox = mailbox != sent.Account.Mailbox || (sent.Account.QuotaOctets is null && known.Account.QuotaOctets is not null);
        if (!lostSendAllowed && !lostStatus && !lostMailbox) return false;

        var state = now with
        {
            SendAllowed = lostSendAllowed ? before.SendAllowed : now.SendAllowed,
            Status = lostStatus ? before.Status : now.Status,
        };
        mended = new ViewEntry(
            sent.Id, sent.Changed, sent.Account with { States = [state], Mailbox = mailbox, QuotaOctets = sent.Account.QuotaOctets ?? known.Account.QuotaOctets }, sent.AllowedSenders, sent.HasUnreadableAllowedSenders);
        return true;
    }
}
