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
        if (context.Origin != ClientOrigin.Authenticated) return await JudgeOwnersAsync(context, null, cancellationToken);

        var login = await context.FindLoginAsync(cancellationToken);
        if (login.IsNotFound) return CheckResult.Refuse(Reason.AccountUnknown, Disabled, "no directory knows this login");
        if (login.Value is { } account && context.Policy.Accounts.Deny(account, Rights.Send, login.IsUnavailable) is { } denial)
        {
            return Refuse(account, denial);
        }

        return login.IsUnavailable
            ? CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? "no answer")
            : await JudgeOwnersAsync(context, login.Value, cancellationToken);
    }

    private static async ValueTask<CheckResult> JudgeOwnersAsync(DecisionContext context, Account? login, CancellationToken cancellationToken)
    {
        if (context.Sender is not { } sender) return CheckResult.Dunno();
        var plain = SenderRewriting.UnwrapBatv(sender) ?? sender;
        if (login is not null && login.OwnsTagged(plain, context.Policy.Normalizer)) return CheckResult.Dunno();
        if (context.Origin == ClientOrigin.Outside && !await IsOursAsync(context, plain, cancellationToken)) return CheckResult.Dunno();

        var owners = await context.Book.FindOwnersAsync(plain, cancellationToken);
        if (owners.Value is { Accounts.Count: > 0 } known && Refuse(context, known.Accounts, login, owners.IsUnavailable) is { } refusal)
        {
            return refusal;
        }

        return owners.IsUnavailable ? CheckResult.Unavailable(Reason.DirectoryUnavailable, owners.Cause ?? "no answer") : CheckResult.Dunno();
    }

    /// <summary>
    /// Mail from outside in the name of a foreign address is not ours to stop, even if some account of ours lists that address.
    /// "Could not ask" counts as ours: the question about the owners then says so.
    /// </summary>
    private static async ValueTask<bool> IsOursAsync(DecisionContext context, EmailAddress sender, CancellationToken cancellationToken) =>
        !(await context.Book.FindDomainAsync(sender.Domain, cancellationToken)).IsNotFound;

    private static CheckResult? Refuse(DecisionContext context, IReadOnlyList<Account> owners, Account? login, bool isPartial)
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
