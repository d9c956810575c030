namespace PolicyDaemon.Doctor.Milters;

/// <summary>A service that asks by both protocols, without queue ids by which a message is known to both.</summary>
internal sealed class MilterQueueIds : IDiagnosis
{
    public string Id => "milter-queue-ids";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.Questions.Count > 0 && installation.HasMilter(smtpd)
        where !smtpd.Parameters.IsOn("enable_long_queue_ids")
        select new Finding(
            Id, Severity.Warning, smtpd.Label, smtpd.Parameters.Quote("enable_long_queue_ids"),
            "this service asks by the policy protocol and by the milter, and its queue ids are short",
            "short ids recur, so each message is charged to its limits twice",
            Mend.MainCf("enable_long_queue_ids", "yes"));
}
