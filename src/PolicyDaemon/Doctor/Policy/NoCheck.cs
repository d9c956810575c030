namespace PolicyDaemon.Doctor.Policy;

/// <summary>An smtpd that never asks the daemon.</summary>
internal sealed class NoCheck : IDiagnosis
{
    public string Id => "no-check";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        var isAnywhere = installation.Smtpds.Any(smtpd => smtpd.Questions.Count > 0 || installation.HasMilter(smtpd));
        return from smtpd in installation.Smtpds
               where smtpd.Questions.Count == 0 && !installation.HasMilter(smtpd) && !smtpd.Stages.Any(smtpd.Refuses) && (isAnywhere || !smtpd.IsInternal)
               select smtpd.IsInternal ? Internal(smtpd, installation) : Public(smtpd, isAnywhere, installation);
    }

    private Finding Public(SmtpdService smtpd, bool isAnywhere, Installation installation) => new(
        Id, Severity.Error, smtpd.Label, Quote(smtpd),
        isAnywhere ? "this service asks the daemon nothing, others do" : "no smtpd asks the daemon, nor does this one",
        "whoever is blocked, or sends as somebody else, sends here", MendFor(smtpd, installation));

    private Finding Internal(SmtpdService smtpd, Installation installation) => new(
        Id, Severity.Note, smtpd.Label, Quote(smtpd),
        "this service asks the daemon nothing; right for the way back from a content filter, where the same mail was asked about before",
        "every program of this machine that can connect sends unasked", MendFor(smtpd, installation));

    private static Mend MendFor(SmtpdService smtpd, Installation installation) => Mend.Override(
        smtpd.Parameters, [.. smtpd.Stages.Select(stage => StageNotAsked.WithCheck(smtpd, stage, installation))]);

    /// <summary>The policy services that are asked instead; a misspelt endpoint shows here.</summary>
    private static string Quote(SmtpdService smtpd)
    {
        var others = smtpd.Stages.SelectMany(stage => stage.Lists).SelectMany(name => smtpd.List(name).Restrictions)
            .Where(restriction => restriction.AsksPolicyService).Select(restriction => PolicyServiceCall.Parse(restriction.Argument!).Endpoint.Text)
            .Distinct(StringComparer.Ordinal).ToList();
        return others.Count == 0 ? "no check_policy_service in any list" : $"check_policy_service of others only: {string.Join(", ", others)}";
    }
}
