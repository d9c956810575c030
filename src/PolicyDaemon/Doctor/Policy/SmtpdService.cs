using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>One smtpd of master.cf and what it asks the daemon.</summary>
internal sealed class SmtpdService
{
    private readonly Dictionary<string, RestrictionList> lists;

    internal SmtpdService(ServiceParameters parameters, DaemonListeners daemon)
    {
        Parameters = parameters;
        Stages = SmtpdStage.All(parameters.IsOn("smtpd_delay_reject"));
        lists = Stages.SelectMany(stage => stage.Lists)
            .ToDictionary(name => name, name => new RestrictionList(name, parameters), StringComparer.Ordinal);
        Questions =
        [
            .. from stage in Stages
               from name in stage.Lists
               from question in PolicyQuestion.In(stage, lists[name], parameters, daemon)
               select question,
        ];
    }

    internal ServiceParameters Parameters { get; }

    internal string Label => Parameters.Service.Label;

    internal IReadOnlyList<SmtpdStage> Stages { get; }

    internal IReadOnlyList<PolicyQuestion> Questions { get; }

    internal RestrictionList List(string name) => lists[name];

    /// <summary>Nothing can pass: a list of the stage refuses everything without exception.</summary>
    internal bool Refuses(SmtpdStage stage) =>
        stage.Lists.Any(name => lists[name].Restrictions is [var first, ..] && first.EffectOn(Parameters) == RestrictionEffect.Refuses);

    /// <summary>Listens where only this machine comes, and knows no logins: typically the way back from a content filter.</summary>
    internal bool IsInternal => !TakesLogins && (Parameters.Service.Type == "unix" || IsOnLoopback(Parameters.Service.Name));

    internal bool TakesLogins => Parameters.IsOn("smtpd_sasl_auth_enable");

    private static bool IsOnLoopback(string name) =>
        name.StartsWith("127.", StringComparison.Ordinal) || name.StartsWith("localhost:", StringComparison.Ordinal) ||
        name.StartsWith("[::1]:", StringComparison.Ordinal) || name.StartsWith("::1:", StringComparison.Ordinal);
}
