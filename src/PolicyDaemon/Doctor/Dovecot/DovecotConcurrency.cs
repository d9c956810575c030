using System.Globalization;

namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>The daemon lets more deliveries to one mailbox come at once than Dovecot takes.</summary>
internal sealed class DovecotConcurrency : IDiagnosis
{
    public string Id => "dovecot-lmtp-concurrency";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation is not { Own.Delivery.RecipientConcurrency: var ours, Dovecot: { } dovecot }) return [];
        if (!int.TryParse(dovecot.UserConcurrencyLimit, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit == 0 || ours <= limit) return [];
        return [new Finding(
            Id, Severity.Warning, "dovecot", $"doveconf: lmtp_user_concurrency_limit = {limit}",
            string.Create(CultureInfo.InvariantCulture, $"the daemon delivers {ours} messages to one mailbox at once, Dovecot takes {limit}"),
            "what is above is deferred (451 4.3.0, Too many concurrent deliveries) and comes minutes later",
            new Mend(MendPlace.PolicyDaemon, [string.Create(CultureInfo.InvariantCulture, $"\"lmtp\": {{ \"recipientConcurrency\": {Math.Max(1, limit - 2)} }}")]))];
    }
}
