namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>Dovecot says only at the end of a message that the mailbox is full.</summary>
internal sealed class DovecotQuotaLate : IDiagnosis
{
    private const string Setting = "lmtp_rcpt_check_quota";

    public string Id => "dovecot-quota-late";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation is not { Own.Delivery: not null, Dovecot: { } dovecot } || !dovecot.HasDeliveryPlugin("quota")) return [];
        if (dovecot.All.Find(Setting) is "yes") return [];
        return [new Finding(
            Id, Severity.Warning, "dovecot", $"doveconf: {Setting} = {dovecot.All.Find(Setting) ?? "no"}",
            "Dovecot looks whether a mailbox is full only after the message was transferred",
            "each message to a full mailbox comes whole over both hops before it is refused",
            new Mend(MendPlace.DovecotConf, [$"{Setting} = yes"]))];
    }
}
