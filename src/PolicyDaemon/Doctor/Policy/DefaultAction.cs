namespace PolicyDaemon.Doctor.Policy;

/// <summary>What Postfix does by itself when the daemon does not answer, where that is a permit or a bounce.</summary>
internal sealed class DefaultAction : IDiagnosis
{
    public string Id => "default-action";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from question in smtpd.Questions
        let action = question.Call.Get(PolicyServiceCall.DefaultAction, smtpd.Parameters)
        let severity = Judge(action)
        where severity is not null
        select Describe(smtpd, question, action, severity.Value);

    private Finding Describe(SmtpdService smtpd, PolicyQuestion question, string action, Severity severity) => new(
        Id, severity, smtpd.Label, Quote(smtpd, question),
        $"default_action '{action}' {(severity == Severity.Error ? "lets mail pass" : "refuses for good")}",
        severity == Severity.Error
            ? "whoever is blocked sends while the daemon is down or kept busy"
            : "mail bounces while the daemon is down, instead of waiting",
        new CallSite(question).Set(PolicyServiceCall.DefaultAction, SuggestedCall.DefaultAction, smtpd.Parameters));

    private static string Quote(SmtpdService smtpd, PolicyQuestion question) =>
        smtpd.Parameters.Quote(question.Call.Settings.ContainsKey(PolicyServiceCall.DefaultAction)
            ? question.List.Parameter
            : PolicyServiceCall.ParameterOf(PolicyServiceCall.DefaultAction));

    /// <returns>Error for what lets mail pass, Warning for what bounces it, null for what defers.</returns>
    /// <remarks>access(5), "ACCEPT ACTIONS" to "OTHER ACTIONS". Digits without text permit; so does nothing at all, with a line in the log.</remarks>
    private static Severity? Judge(string action)
    {
        var word = action.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first.ToUpperInvariant() : "";
        var hasText = action.Trim().Length > word.Length;
        return word switch
        {
            "DEFER" or "DEFER_IF_PERMIT" or "HOLD" => null,
            "REJECT" => Severity.Warning,
            ['4', _, _] when hasText => null,
            ['5', _, _] when hasText => Severity.Warning,
            _ => Severity.Error,
        };
    }
}
