using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>Refuses recipients of our domains that do not exist, may not receive, are full, or are not open to this sender. Asked at RCPT, and again at delivery.</summary>
/// <remarks>
/// Replies 550 5.1.1 (unknown), 550 5.1.3 (no address), 550 5.2.1 (may not receive), 550 5.7.1 (not open to this sender), 452 4.2.2 (full);
/// RFC 3463 sections 3.2, 3.3 and 3.8. Never relays: a domain that is not ours is Dunno, and <c>reject_unauth_destination</c> stays Postfix's.
/// <c>postmaster</c> is never refused (RFC 5321 section 4.5.1).
/// </remarks>
internal sealed class RecipientExistence(IMailboxQuota? quota) : ICheck
{
    private static readonly SmtpReply Unknown = new(550, "1.1", "User unknown");
    private static readonly SmtpReply Malformed = new(550, "1.3", "Recipient address is not valid");
    private static readonly SmtpReply MayNotReceive = new(550, "2.1", "Mailbox is disabled");
    private static readonly SmtpReply NotOpen = new(550, "7.1", "You are not permitted to write to this address");
    private static readonly SmtpReply Full = new(452, "2.2", "Mailbox is full");

    public CheckName Name => CheckName.RecipientExistence;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Stage is not (SmtpStage.Rcpt or SmtpStage.Delivery) || context.Recipient is not { } recipient) return CheckResult.Dunno();
        if (await context.Book.FindTargetAsync(recipient, cancellationToken) is not { } target)
        {
            return CheckResult.Refuse(Reason.RecipientMalformed, Malformed, "sender-specified routing is too deep");
        }

        if (target.Domain.IsNotFound) return CheckResult.Dunno("domain is not ours");
        if (IsNeverRefused(context, target.Address)) return CheckResult.Dunno("never refused");
        if (target.Domain.Value is not { } domain) return CheckResult.Unavailable(Reason.DirectoryUnavailable, target.Domain.Cause ?? "no answer");
        if (!domain.IsEnabled) return CheckResult.Refuse(Reason.DomainDisabled, MayNotReceive, "domain is disabled");

        var route = await context.Book.FindRouteAsync(target.Address, cancellationToken);
        if (route.IsNotFound) return CheckResult.Refuse(Reason.RecipientUnknown, Unknown, "no directory knows this address");
        if (route.IsUnavailable || target.Domain.IsUnavailable) return JudgePartial(context, route, target.Domain.Cause);
        return RefuseReceivers(context, route.Value!)
            ?? await RefuseSenderAsync(context, route.Value!, cancellationToken)
            ?? await JudgeQuotaAsync(context, route.Value!, cancellationToken);
    }

    private static bool IsNeverRefused(DecisionContext context, EmailAddress recipient) =>
        SenderRewriting.IsSrs(recipient) ||
        string.Equals((context.Policy.Normalizer.WithoutTag(recipient) ?? recipient).Localpart, "postmaster", StringComparison.Ordinal);

    /// <summary>
    /// Some source could not be asked: it may disable what the others enable, so that nothing is permitted; it may know a further
    /// mailbox behind this address, so that nothing is refused for good.
    /// </summary>
    private static CheckResult JudgePartial(DecisionContext context, Lookup<RecipientRoute> route, string? domainCause)
    {
        var isForbidden = route.Value is { } known && RefuseReceivers(context, known) is not null;
        return CheckResult.Unavailable(Reason.DirectoryUnavailable, route.Cause ?? domainCause ?? "no answer", mayPermit: !isForbidden);
    }

    private static CheckResult? RefuseReceivers(DecisionContext context, RecipientRoute route)
    {
        if (route.LeadsElsewhere) return null;

        Denial? denial = null;
        for (var i = 0; i < route.Accounts.Count; i++)
        {
            if (context.Policy.Accounts.Deny(route.Accounts[i], Rights.Receive) is not { } denied) return null;
            denial ??= denied;
        }

        return denial is null ? null
            : CheckResult.Refuse(denial.Reason, MayNotReceive, $"account {route.Accounts[0].Name}, {denial.State.Source} {denial.State.Entry}");
    }

    /// <summary>Whether the sender is among those who may write to a restricted address.</summary>
    private static async ValueTask<CheckResult?> RefuseSenderAsync(DecisionContext context, RecipientRoute route, CancellationToken cancellationToken)
    {
        if (route.AllowedSenders.Count == 0) return null;

        // A bounce that is refused is lost (RFC 5321 section 4.5.5). But bounces come back to an address that sends, and a list does not.
        if (context.HasNullSender && !route.IsList) return null;

        if (context.Sender is not { } sender || !IsAllowed(context, route, sender)) return Refused("sender is not among the allowed senders");
        if (context.Request.Stage == SmtpStage.Delivery || context.Origin != ClientOrigin.Outside) return null;

        // Without a login one of our own addresses is a claim, also in the form of SRS or BATV, which IdentityBinding lets in.
        var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
        return domain.IsNotFound ? null
            : domain.Value is null ? CheckResult.Unavailable(Reason.DirectoryUnavailable, domain.Cause ?? "no answer", mayPermit: false)
            : Refused("sender is one of ours and came without a login");

        static CheckResult Refused(string detail) => CheckResult.Refuse(Reason.RecipientNotOpenToSender, NotOpen, detail);
    }

    private static bool IsAllowed(DecisionContext context, RecipientRoute route, EmailAddress sender) =>
        AddressPatterns.Cover(route.AllowedSenders, sender) ||
        (context.Policy.Normalizer.WithoutTag(sender) is { } untagged && AddressPatterns.Cover(route.AllowedSenders, untagged));

    private async ValueTask<CheckResult> JudgeQuotaAsync(DecisionContext context, RecipientRoute route, CancellationToken cancellationToken)
    {
        // A list is not full because one of its members is. At delivery the mail store says so itself.
        if (quota is null || context.Request.Stage == SmtpStage.Delivery || route.LeadsElsewhere || route.Accounts is not [{ Addresses: [var main, ..] }]) return CheckResult.Dunno();
        var answer = await quota.FindQuotaAsync(main, context.Request.Size, cancellationToken);
        if (answer.IsUnavailable) return CheckResult.Unavailable(Reason.QuotaUnavailable, answer.Cause ?? "no answer");
        context.Note($"quota of {main}", answer.Value is { IsOverQuota: true } ? "full" : "not full", answer.Provenance);
        return answer.Value is { IsOverQuota: true } ? CheckResult.Refuse(Reason.RecipientOverQuota, Full) : CheckResult.Dunno();
    }
}
