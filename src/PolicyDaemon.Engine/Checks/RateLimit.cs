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

        var found = await FindCountedAsync(context, cancellationToken);
        if (found.Value is not { } counted) return CheckResult.Unavailable(Reason.DirectoryUnavailable, found.Cause ?? "no answer");

        var matching = new MatchingLimits(context, counted);
        var message = await CountAsync(context, matching.Where(limit => limit.Key != LimitKey.Recipient), charges =>
            stage == SmtpStage.EndOfMessage && !context.IsRehearsal
                ? counters.ChargeAsync(ChargeId(context), charges, cancellationToken)
                : counters.PeekAsync(charges, cancellationToken));
        if (stage != SmtpStage.Rcpt || IsFinal(message)) return message;

        // Mail on hold is charged like any other.
        var recipient = await CountAsync(context, matching.Where(limit => limit.Key == LimitKey.Recipient), charges => context.IsRehearsal
            ? counters.PeekAsync(charges, cancellationToken)
            : counters.ChargeAsync($"{ChargeId(context)} {context.Recipient}", charges, cancellationToken));
        return IsFinal(recipient) || message.Verdict == Verdict.Dunno ? recipient : message;
    }

    private static bool IsFinal(CheckResult result) => result.IsUnavailable || result.Verdict is not (Verdict.Dunno or Verdict.Hold);

    /// <summary>
    /// Who is counted, as far as some limit needs to know. Unavailable also when a source is missing: the account's canonical name may
    /// be that source's, and an outage must not open a second account book.
    /// </summary>
    private static async ValueTask<Lookup<Counted>> FindCountedAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var limits = context.Policy.Limits;
        var hasDomainLimit = limits.Any(limit => limit.Key == LimitKey.Domain);
        Account? account = null;
        if (context.Origin == ClientOrigin.Authenticated && limits.Any(limit => limit.Key == LimitKey.Login || limit.ExemptLogins.Count > 0 || hasDomainLimit))
        {
            var login = await context.FindLoginAsync(cancellationToken);
            if (login.IsUnavailable) return Missing(login);
            account = login.Value;
        }

        var domain = hasDomainLimit ? await FindDomainAsync(context, account, cancellationToken) : Lookup<string>.NotFound(Provenance.None);
        if (domain.IsUnavailable) return Missing(domain);

        var recipient = context.Recipient;
        if (recipient is not null && limits.Any(limit => limit.Key == LimitKey.Recipient))
        {
            recipient = (await context.Book.FindTargetAsync(recipient, cancellationToken))?.Address ?? recipient;
            recipient = context.Policy.Normalizer.WithoutTag(recipient) ?? recipient;
        }

        return Lookup<Counted>.Found(new Counted(account, domain.Value, recipient), Provenance.None);

        static Lookup<Counted> Missing<T>(Lookup<T> lookup)
            where T : class => Lookup<Counted>.Unavailable(lookup.Cause ?? "no answer", lookup.Provenance);
    }

    /// <summary>
    /// The sender's domain, when it is ours, else that of the login's account. An outsider's sender is forged at will: counting it would
    /// let anyone use up a domain's limit.
    /// </summary>
    private static async ValueTask<Lookup<string>> FindDomainAsync(DecisionContext context, Account? login, CancellationToken cancellationToken)
    {
        if (context.Origin != ClientOrigin.Outside && context.Sender is { } sender)
        {
            var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
            if (domain.Value is { } ours) return Lookup<string>.Found(ours.Name, domain.Provenance);
            if (domain.IsUnavailable) return Lookup<string>.Unavailable(domain.Cause ?? "no answer", domain.Provenance);
        }

        return login is { Addresses: [var main, ..] }
            ? Lookup<string>.Found(main.Domain, Provenance.None)
            : Lookup<string>.NotFound(Provenance.None);
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
            CountOutcome.ExceededSoftly => CheckResult.Hold(Reason.LimitExceeded, answer.Describe()),
            CountOutcome.Exceeded when matched.LimitOf(answer.Charge!).Action == Verdict.Reject => CheckResult.Refuse(Reason.LimitExceeded, Rejected, answer.Describe()),
            CountOutcome.Exceeded => CheckResult.Refuse(Reason.LimitExceeded, Deferred, answer.Describe()),
            _ => CheckResult.Unavailable(Reason.CountersUnavailable, "counters did not answer"),
        };
    }

    /// <summary>Postfix always names an instance from MAIL on; a question without one, put by hand, is its own message.</summary>
    private static string ChargeId(DecisionContext context) =>
        context.Request.Instance.Length > 0 ? context.Request.Instance : Guid.NewGuid().ToString("N");
}
