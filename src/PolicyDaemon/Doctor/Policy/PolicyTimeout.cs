using System.Globalization;

namespace PolicyDaemon.Doctor.Policy;

/// <summary>How long Postfix waits for the daemon: shorter than the daemon takes, or so long that a hang blocks every smtpd.</summary>
internal sealed class PolicyTimeout : IDiagnosis
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public string Id => "policy-timeout";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from question in smtpd.Questions
        let text = question.Call.Get(PolicyServiceCall.Timeout, smtpd.Parameters)
        let timeout = PostfixTime.Parse(text)
        where timeout <= installation.Deadline || timeout > Longest
        select Describe(smtpd, question, text, timeout <= installation.Deadline, installation.Deadline);

    private Finding Describe(SmtpdService smtpd, PolicyQuestion question, string timeout, bool isShort, TimeSpan deadline)
    {
        var (answers, wanted) = (Seconds(deadline), Seconds(deadline + Margin));
        return new Finding(
            Id, isShort ? Severity.Warning : Severity.Note, smtpd.Label, $"timeout {timeout} of {question.Call.Endpoint.Text}",
            isShort
                ? $"Postfix gives up after {timeout}, the daemon answers within {answers}"
                : $"Postfix waits {timeout}, twice, for a daemon that answers within {answers}",
            isShort
                ? "what the daemon would say about missing facts is replaced by default_action"
                : "while the daemon hangs every smtpd process is busy waiting",
            new CallSite(question).Rewrite(call => call.With(PolicyServiceCall.Timeout, wanted), smtpd.Parameters));
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)}s");
}
