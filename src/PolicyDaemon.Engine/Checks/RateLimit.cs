using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses what would exceed a limit: at RCPT and DATA it looks whether a counter is already full, at END-OF-MESSAGE it charges all matching
/// limits or none.
/// </summary>
/// <remarks>
/// Replies 450 4.7.1 or 554 5.7.1, or hold, as the limit says. A charge counts once by the message's instance: Postfix sends a request again
/// when it lost the answer (SMTPD_POLICY_README, "Protocol description"). A limit on a recipient is charged at RCPT, by instance and recipient.
/// </remarks>
internal sealed class RateLimit(ICounters counters) : ICheck
{
    private static readonly SmtpReply Rejected = new(554, "7.1", "Sending limit exceeded");
    private static readonly SmtpReply Deferred = new(450, "7.1", "Sending limit exceeded, try again later");

    public CheckName Name => CheckName.RateLimit;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var stage = context.Request.Stage;
        if (context.Policy.Limits.Count == 0 || stage is not (SmtpStage.Rcpt or SmtpStage.Data or SmtpStage.EndOfMessage)) return CheckResult.Dunno();

        var login = context.Origin == ClientOrigin.Authenticated ? await context.FindLoginAsync(cancellationToken) : default;
        if (context.Origin == ClientOrigin.Authenticated && login is { IsUnavailable: true, Value: null })
        {
            // Which account is charged is unknown: a key by what the client typed could be chosen anew for every message.
            return CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? "no answer");
        }

        var matching = new MatchingLimits(context, login.Value);
        var message = matching.Where(limit => limit.Key != LimitKey.Recipient);
        var result = await CountAsync(context, message, charges => stage == SmtpStage.EndOfMessage && !context.IsRehearsal
            ? counters.ChargeAsync(ChargeId(context), charges, cancellationToken)
            : counters.PeekAsync(charges, cancellationToken));
        if (result.Verdict != Verdict.Dunno || result.IsUnavailable || stage != SmtpStage.Rcpt) return result;

        var recipient = matching.Where(limit => limit.Key == LimitKey.Recipient);
        return await CountAsync(context, recipient, charges => context.IsRehearsal
            ? counters.PeekAsync(charges, cancellationToken)
            : counters.ChargeAsync($"{ChargeId(context)} {context.Recipient}", charges, cancellationToken));
    }

    private static async ValueTask<CheckResult> CountAsync(
        DecisionContext context, MatchedLimits matched, Func<IReadOnlyList<Charge>, ValueTask<CountAnswer>> count)
    {
        if (matched.Charges.Count == 0) return CheckResult.Dunno();
        var answer = await count(matched.Charges);
        context.Note($"limits {string.Join(", ", matched.Charges.Select(charge => charge.Key))}", answer.Describe(), Provenance.Of("counters"));
        return answer.Outcome switch
        {
            CountOutcome.Fits => CheckResult.Dunno(),
            CountOutcome.Exceeded => Refuse(matched.LimitOf(answer.Charge!), answer),
            _ => CheckResult.Unavailable(Reason.CountersUnavailable, "counters did not answer"),
        };
    }

    private static CheckResult Refuse(Limit limit, CountAnswer answer) => limit.Action switch
    {
        Verdict.Hold => CheckResult.Hold(Reason.LimitExceeded, answer.Describe()),
        Verdict.Reject => CheckResult.Refuse(Reason.LimitExceeded, Rejected, answer.Describe()),
        _ => CheckResult.Refuse(Reason.LimitExceeded, Deferred, answer.Describe()),
    };

    /// <summary>Postfix always names an instance from MAIL on; a question without one, put by hand, is its own message.</summary>
    private static string ChargeId(DecisionContext context) =>
        context.Request.Instance.Length > 0 ? context.Request.Instance : Guid.NewGuid().ToString("N");
}
