namespace PolicyDaemon.Doctor.Policy;

/// <summary>A service that asks the daemon, but not at RCPT, DATA or END-OF-MESSAGE.</summary>
internal sealed class StageNotAsked : IDiagnosis
{
    public string Id => "stage-not-asked";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.Questions.Count > 0
        from stage in smtpd.Stages
        where !smtpd.Refuses(stage) && smtpd.Questions.All(question => question.Stage != stage)
        select Describe(smtpd, stage, installation);

    /// <summary>The stage's last list with the check added, before whatever permits.</summary>
    internal static (string Parameter, string Value) WithCheck(SmtpdService smtpd, SmtpdStage stage, Installation installation)
    {
        var list = smtpd.List(stage.Lists[^1]);
        var permit = list.Restrictions.FirstOrDefault(one => one.EffectOn(smtpd.Parameters) is not RestrictionEffect.Passes);
        return (list.Parameter, list.Insert(SuggestedCall.For(smtpd, installation), permit));
    }

    private Finding Describe(SmtpdService smtpd, SmtpdStage stage, Installation installation) => new(
        Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote(stage.Lists[^1]), $"the daemon is not asked at {stage.Name}", stage.MissedMail,
        Mend.Override(smtpd.Parameters, WithCheck(smtpd, stage, installation)));
}
