namespace PolicyDaemon.Doctor.Policy;

/// <summary>A check that is not asked for some clients, because a restriction before it in the same list permits them.</summary>
internal sealed class CheckBehindPermit : IDiagnosis
{
    public string Id => "check-behind-permit";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from stage in smtpd.Questions.GroupBy(question => question.Stage)
        where !stage.Any(question => question.IsUnconditional && question.PossiblePermit is null)
        from question in stage
        let permit = question.Permit ?? (stage.Any(other => other.IsUnconditional && other != question) ? null : question.PossiblePermit)
        where permit is not null
        select Describe(smtpd, question, permit);

    private Finding Describe(SmtpdService smtpd, PolicyQuestion question, Restriction permit) => new(
        Id, SeverityOf(question, permit), smtpd.Label, smtpd.Parameters.Quote(question.List.Parameter),
        $"{permit.Text} stands before the check and ends the list for those whom it permits",
        $"for them the daemon is not asked at {question.Stage.Name}",
        Mend.Override(smtpd.Parameters, (question.List.Parameter, question.List.Move(question.Restriction, permit))));

    /// <summary>A table may hold no OK at all, and another policy service hardly ever answers so.</summary>
    private static Severity SeverityOf(PolicyQuestion question, Restriction permit) =>
        permit == question.Permit ? Severity.Error : permit.AsksPolicyService ? Severity.Note : Severity.Warning;
}
