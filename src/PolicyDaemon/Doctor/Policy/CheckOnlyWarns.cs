namespace PolicyDaemon.Doctor.Policy;

/// <summary>A check behind <c>warn_if_reject</c>: it is asked, and what it refuses passes.</summary>
internal sealed class CheckOnlyWarns : IDiagnosis
{
    public string Id => "check-only-warns";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from question in smtpd.Questions
        where question.Restriction.OnlyWarns && !smtpd.Questions.Any(other => other.Stage == question.Stage && other.IsUnconditional)
        select Describe(smtpd, question);

    private Finding Describe(SmtpdService smtpd, PolicyQuestion question) => new(
        Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote(question.List.Parameter),
        "warn_if_reject stands before the check", $"what the daemon refuses at {question.Stage.Name} is only logged",
        Mend.Override(smtpd.Parameters, (question.List.Parameter, question.List.Replace(question.Restriction, WithoutWarning(question)))));

    private static string WithoutWarning(PolicyQuestion question) => question.Restriction.Class is null
        ? $"check_policy_service {new CallSite(question).WrittenArgument}"
        : question.List.WordsOf(question.Restriction).Replace("warn_if_reject ", "", StringComparison.OrdinalIgnoreCase);
}
