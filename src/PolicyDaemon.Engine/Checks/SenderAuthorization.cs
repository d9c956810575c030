using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses when the account of the SASL login, or the account that owns the envelope sender, may not send. Asked at every stage
/// of sending: at RCPT, and again at DATA and END-OF-MESSAGE, so that an open session and <c>RCPT TO:&lt;postmaster&gt;</c> do not slip by.
/// </summary>
/// <remarks>
/// Reply 554 5.7.1, RFC 3463 section 3.8. An address with several owners is refused only when none of them may send; a login
/// that is one of the owners answers for itself alone.
/// </remarks>
internal sealed class SenderAuthorization : ICheck
{
    private static readonly SmtpReply Disabled = new(554, "7.1", "Sending is disabled for this account");

    public CheckName Name => CheckName.SenderAuthorization;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsSending) return CheckResult.Dunno();
        if (context.Origin == ClientOrigin.Outside) return await JudgeOutsiderAsync(context, cancellationToken);
        if (context.Origin == ClientOrigin.Trusted) return await JudgeSenderAsync(context, null, cancellationToken);

        var login = await context.FindLoginAsync(cancellationToken);
        if (login.IsNotFound) return CheckResult.Refuse(Reason.AccountUnknown, Disabled, "no directory knows this login");
        if (login.Value is { } account && context.Policy.Accounts.Deny(account, Rights.Send, login.IsUnavailable) is { } denial)
        {
            return Refuse(account, denial);
        }

        return login.IsUnavailable
            ? CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? "no answer")
            : await JudgeSenderAsync(context, login.Value, cancellationToken);
    }

    /// <summary>
    /// Mail from outside in the name of a foreign address is not ours to stop, even if some account of ours lists that address. What
    /// <see cref="IdentityBinding"/> lets in must not be judged here: the reply would tell which of our accounts may send.
    /// </summary>
    private static async ValueTask<CheckResult> JudgeOutsiderAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (context.Sender is not { } sender || SenderRewriting.IsRewritten(sender)) return CheckResult.Dunno();
        var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
        return domain.IsNotFound ? CheckResult.Dunno("sender's domain is not ours") : await JudgeSenderAsync(context, null, cancellationToken);
    }

    private static async ValueTask<CheckResult> JudgeSenderAsync(DecisionContext context, Account? login, CancellationToken cancellationToken)
    {
        if (context.IsSenderMalformed) return CheckResult.Refuse(Reason.SenderMalformed, IdentityBinding.Malformed, "whose sender it is cannot be asked");
        if (context.Sender is not { } typed) return CheckResult.Dunno();

        var sender = SenderRewriting.UnwrapBatv(typed) ?? typed;
        var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
        if (domain.Value is { IsEnabled: false }) return CheckResult.Refuse(Reason.DomainDisabled, Disabled, $"domain {sender.Domain} is disabled");
        if (domain.IsUnavailable) return CheckResult.Unavailable(Reason.DirectoryUnavailable, domain.Cause ?? "no answer");
        return login is not null && login.Owns(sender)
            ? CheckResult.Dunno()
            : JudgeOwners(context, await context.Book.FindOwnersAsync(sender, cancellationToken), login);
    }

    private static CheckResult JudgeOwners(DecisionContext context, Lookup<AddressOwners> owners, Account? login)
    {
        var refusal = owners.Value is { Accounts.Count: > 0 } known ? RefuseOwners(context, known.Accounts, login, owners.IsUnavailable) : null;

        // The source that is away may know another owner, who may send: no reason for a 5xx, and none to let it pass.
        return owners.IsUnavailable
            ? CheckResult.Unavailable(Reason.DirectoryUnavailable, owners.Cause ?? "no answer", mayPermit: refusal is null)
            : refusal ?? CheckResult.Dunno();
    }

    private static CheckResult? RefuseOwners(DecisionContext context, IReadOnlyList<Account> owners, Account? login, bool isPartial)
    {
        CheckResult? refusal = null;
        foreach (var owner in owners)
        {
            if (login is not null && string.Equals(owner.Name, login.Name, StringComparison.Ordinal)) return null;
            if (context.Policy.Accounts.Deny(owner, Rights.Send, isPartial) is not { } denial) return null;
            refusal ??= Refuse(owner, denial);
        }

        return refusal;
    }

    private static CheckResult Refuse(Account account, Denial denial) =>
        CheckResult.Refuse(denial.Reason, Disabled, $"account {account.Name}, {denial.State.Source} {denial.State.Entry}");
}
