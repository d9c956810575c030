using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses what would exceed a limit: at RCPT and DATA it looks whether a counter is already full, at END-OF-MESSAGE it charges all matching
/// limits or none.
/// </summary>
/// <remarks>
/// Replies 450 4.7.1 or 554 5.7.1, or hold, as the limit says. A charge counts once by the message's queue id, which the policy protocol and
/// the milter both know, or by its instance: Postfix sends a request again when it lost the answer (SMTPD_POLICY_README, "Protocol
/// description"). A limit on a recipient is charged at RCPT, by instance and recipient.
/// </remarks>
internal sealed class RateLimit(ICounters counters) : ICheck
{
    public CheckName Name => CheckName.RateLimit;

    public ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken) =>
        context.Policy.Limits.Count > 0 && context.Request.Stage is SmtpStage.Rcpt or SmtpStage.Data or SmtpStage.EndOfMessage
            ? CountAsync(context, cancellationToken)
            : new(CheckResult.Dunno());

    private async ValueTask<CheckResult> CountAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var stage = context.Request.Stage;
        var found = await CountedSearch.FindAsync(context, cancellationToken);
        if (found.Value is not { } counted) return CheckResult.Unavailable(Reason.DirectoryUnavailable, found.Cause ?? "no answer");

        var matching = new MatchingLimits(context, counted);
        var message = await CountAsync(context, matching.Where(limit => limit.Key != LimitKey.Recipient), charges =>
            stage == SmtpStage.EndOfMessage && !context.IsRehearsal
                ? counters.ChargeAsync(MessageId(context.Request), charges, cancellationToken)
                : counters.PeekAsync(charges, cancellationToken));
        if (stage != SmtpStage.Rcpt || IsFinal(message)) return message;

        // Mail on hold is charged like any other.
        var matched = matching.Where(limit => limit.Key == LimitKey.Recipient);
        if (matched.Charges.Count == 0) return message;
        var chargeId = $"{Instance(context.Request)} {context.Recipient}";
        var recipient = await CountAsync(context, matched, charges => context.IsRehearsal
            ? counters.PeekAsync(charges, cancellationToken)
            : counters.ChargeAsync(chargeId, charges, cancellationToken));
        if (IsFinal(recipient)) return recipient;
        var passed = message.Verdict == Verdict.Dunno ? recipient : message;
        return context.IsRehearsal ? passed : passed with { ChargedAs = chargeId };
    }

    /// <summary>
    /// Gives back what this message was charged: another check has refused it at its end. That is so when the policy protocol was asked before
    /// the milter, or when the same question was answered differently before.
    /// </summary>
    public ValueTask GiveBackAsync(MailRequest request, CancellationToken cancellationToken) => counters.RefundAsync(MessageId(request), cancellationToken);

    /// <summary>Gives back what recipients of a message were charged as that is refused at its end.</summary>
    public async ValueTask GiveBackAsync(IEnumerable<string> chargeIds, CancellationToken cancellationToken)
    {
        foreach (var id in chargeIds) await counters.RefundAsync(id, cancellationToken);
    }

    private static bool IsFinal(CheckResult result) => result.IsUnavailable || result.Verdict is not (Verdict.Dunno or Verdict.Hold);

    private static async ValueTask<CheckResult> CountAsync(
        DecisionContext context, MatchedLimits matched, Func<IReadOnlyList<Charge>, ValueTask<CountAnswer>> count)
    {
        if (matched.Charges.Count == 0) return CheckResult.Dunno();
        var answer = await count(matched.Charges);
        context.Note($"limits {string.Join(", ", matched.Charges.Select(charge => charge.Key))}", answer.Describe(), Provenance.Of("counters"));
        return answer.Outcome switch
        {
            CountOutcome.Fits => CheckResult.Dunno(),
            CountOutcome.ExceededSoftly => CheckResult.Hold(Reason.LimitExceeded, answer.Describe()),
            CountOutcome.Exceeded => CheckResult.Refuse(Reason.LimitExceeded, LimitReply.To(matched.LimitOf(answer.Charge!), answer.RetryAfter), answer.Describe()),
            _ => CheckResult.Unavailable(Reason.CountersUnavailable, "counters did not answer"),
        };
    }

    /// <summary>Postfix always names an instance from MAIL on; a question without one, put by hand, is its own message.</summary>
    private static string Instance(MailRequest request) => request.Instance.Length > 0 ? request.Instance : Guid.NewGuid().ToString("N");

    private static string MessageId(MailRequest request) => QueueIds.NeverRecurs(request.QueueId) ? request.QueueId : Instance(request);
}
