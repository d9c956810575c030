using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Refuses recipients of our domains that do not exist, may not receive, are full, or are not open to this sender. Asked at RCPT.</summary>
/// <remarks>
/// Replies 550 5.1.1 (unknown), 550 5.2.1 (may not receive), 550 5.7.1 (not open to this sender), 452 4.2.2 (full); RFC 3463 sections 3.2, 3.3
/// and 3.8. Never relays: a domain that is not ours is Dunno, and <c>reject_unauth_destination</c> stays Postfix's.
/// <c>postmaster</c> is never refused (RFC 5321 section 4.5.1).
/// </remarks>
internal sealed class RecipientExistence(IMailboxQuota? quota) : ICheck
{
    private static readonly SmtpReply Unknown = new(550, "1.1", "User unknown");
    private static readonly SmtpReply MayNotReceive = new(550, "2.1", "Mailbox is disabled");
    private static readonly SmtpReply NotOpen = new(550, "7.1", "You are not permitted to write to this address");
    private static readonly SmtpReply Full = new(452, "2.2", "Mailbox is full");

    public CheckName Name => CheckName.RecipientExistence;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Stage != SmtpStage.Rcpt || context.Recipient is not { } recipient) return CheckResult.Dunno();
        var domain = await context.Book.FindDomainAsync(recipient.Domain, cancellationToken);
        if (domain.IsNotFound) return CheckResult.Dunno("domain is not ours");
        if (IsNeverRefused(context, recipient)) return CheckResult.Dunno("never refused");
        if (domain.Value is null) return CheckResult.Unavailable(Reason.DirectoryUnavailable, domain.Cause ?? "no answer");
        if (!domain.Value.IsEnabled) return CheckResult.Refuse(Reason.RecipientMayNotReceive, MayNotReceive, "domain is disabled");

        var address = SenderRewriting.UnwrapBatv(recipient) ?? recipient;
        var route = await context.Book.FindRouteAsync(address, cancellationToken);
        if (route.IsNotFound) return CheckResult.Refuse(Reason.RecipientUnknown, Unknown, "no directory knows this address");

        // That it exists and may receive is enough to know, even where another source could not be asked.
        var refusal = route.Value is { } known ? RefuseRoute(context, known) : null;
        if (route.IsUnavailable && (refusal is not null || route.Value is null))
        {
            return CheckResult.Unavailable(Reason.DirectoryUnavailable, route.Cause ?? "no answer");
        }

        return refusal ?? await JudgeQuotaAsync(context, route.Value!, cancellationToken);
    }

    private static bool IsNeverRefused(DecisionContext context, EmailAddress recipient) =>
        SenderRewriting.IsSrs(recipient) ||
        string.Equals((context.Policy.Normalizer.WithoutTag(recipient) ?? recipient).Localpart, "postmaster", StringComparison.Ordinal);

    private static CheckResult? RefuseRoute(DecisionContext context, RecipientRoute route)
    {
        if (!route.LeadsElsewhere && FindReceiver(context, route) is null)
        {
            var denial = context.Policy.Accounts.Deny(route.Accounts[0], Rights.Receive)!;
            return CheckResult.Refuse(denial.Reason, MayNotReceive, $"account {route.Accounts[0].Name}, {denial.State.Source} {denial.State.Entry}");
        }

        return route.AllowedSenders.Count == 0 || MayWrite(context, route)
            ? null
            : CheckResult.Refuse(Reason.RecipientNotOpenToSender, NotOpen, "sender is not among the allowed senders");
    }

    private static Account? FindReceiver(DecisionContext context, RecipientRoute route)
    {
        foreach (var account in route.Accounts)
        {
            if (context.Policy.Accounts.Deny(account, Rights.Receive) is null) return account;
        }

        return null;
    }

    /// <summary>The null sender may write everywhere: a bounce that is refused is lost (RFC 5321 section 4.5.5).</summary>
    private static bool MayWrite(DecisionContext context, RecipientRoute route) =>
        context.HasNullSender ||
        (context.Sender is { } sender && AddressPatterns.Cover(route.AllowedSenders, sender, context.Policy.Normalizer));

    private async ValueTask<CheckResult> JudgeQuotaAsync(DecisionContext context, RecipientRoute route, CancellationToken cancellationToken)
    {
        // A list is not full because one of its members is.
        if (quota is null || route.LeadsElsewhere || route.Accounts is not [{ Addresses: [var main, ..] }]) return CheckResult.Dunno();
        var answer = await quota.FindQuotaAsync(main, context.Request.Size, cancellationToken);
        if (answer.IsUnavailable) return CheckResult.Unavailable(Reason.QuotaUnavailable, answer.Cause ?? "no answer");
        context.Note($"quota of {main}", answer.Value is { IsOverQuota: true } ? "full" : "not full", answer.Provenance);
        return answer.Value is { IsOverQuota: true } ? CheckResult.Refuse(Reason.RecipientOverQuota, Full) : CheckResult.Dunno();
    }
}
