namespace PolicyDaemon.Doctor.Delivery;

/// <summary>Dovecot's LMTP has a second door, where mail goes past the daemon.</summary>
internal sealed class MailStoreBeside : IDiagnosis
{
    public string Id => "mail-store-beside";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation is not { Own.Delivery: not null, Dovecot: { } dovecot }) return [];
        var ours = MailStoreSockets.Of(installation).ToHashSet(StringComparer.Ordinal);
        return from path in dovecot.DeliverySockets
               where !ours.Contains(path)
               select new Finding(
                   Id, Severity.Warning, "dovecot", $"doveconf: service lmtp, unix_listener {path}", "Dovecot's LMTP listens here, too, beside the socket that the daemon uses",
                   "whoever is let in here, often Postfix by an old line, delivers unasked and past the ledger",
                   MailStoreSockets.Off(path, installation));
    }
}
