using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses an envelope sender that the login does not own, and one of our addresses without a login, as Postfix's
/// <c>reject_sender_login_mismatch</c> does.
/// </summary>
/// <remarks>
/// Reply 553 5.7.1 (postconf(5), "reject_sender_login_mismatch"). A login owns its addresses, also tagged; what an alias with one
/// destination or a catch-all leads to it; what <c>sendAs</c> grants. From outside every address of our domains is refused alike,
/// existing or not: the reply must not tell which exist. SRS and BATV return paths come back from forwarders and are excepted there;
/// a login gains nothing by them. A sender that is no address gets 553 5.1.7 (RFC 3463 section 3.2): that it is not ours cannot be known.
/// </remarks>
internal sealed class IdentityBinding : ICheck
{
    public static readonly SmtpReply Malformed = new(553, "1.7", "Sender address is not valid");

    private static readonly SmtpReply NotOwned = new(553, "7.1", "Sender address is not owned by your login");
    private static readonly SmtpReply NullSender = new(553, "7.1", "The null sender is not for mail with a login");
    private static readonly SmtpReply NeedsLogin = new(553, "7.1", "Sender address requires a login");

    public CheckName Name => CheckName.IdentityBinding;

    public ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsSending || context.Request.EnvelopeSender is null) return new(CheckResult.Dunno());
        return context.Origin switch
        {
            ClientOrigin.Trusted => new(CheckResult.Dunno("client is in a trusted network")),
            ClientOrigin.Authenticated => JudgeLoginAsync(context, cancellationToken),
            _ => JudgeOutsiderAsync(context, cancellationToken),
        };
    }

    private static async ValueTask<CheckResult> JudgeOutsiderAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (context.IsSenderMalformed) return CheckResult.Refuse(Reason.SenderMalformed, Malformed);
        if (context.Sender is not { } sender) return CheckResult.Dunno();
        var domain = await context.Book.FindDomainAsync(sender.Domain, cancellationToken);
        if (domain.IsNotFound) return CheckResult.Dunno("sender's domain is not ours");
        if (domain.Value is null) return CheckResult.Unavailable(Reason.DirectoryUnavailable, domain.Cause ?? "no answer");
        return SenderRewriting.IsRewritten(sender)
            ? CheckResult.Dunno("a return path of SRS or BATV")
            : CheckResult.Refuse(Reason.SenderNeedsLogin, NeedsLogin, "no login, and the client is in no trusted network");
    }

    private static async ValueTask<CheckResult> JudgeLoginAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var trusted = context.Policy.SendAsAnyone;
        if (trusted.Contains(context.Login)) return CheckResult.Dunno("login may send as anyone");

        var login = await context.FindLoginAsync(cancellationToken);
        if (login.Value is { } account && account.Logins.Any(trusted.Contains)) return CheckResult.Dunno("account may send as anyone");
        if (login.IsUnavailable && trusted.Count > 0)
        {
            // The right may be written down under another name of the same account.
            return CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? "no answer");
        }

        if (context.HasNullSender)
        {
            return context.Policy.MayLoginUseNullSender ? CheckResult.Dunno() : CheckResult.Refuse(Reason.NullSenderFromLogin, NullSender);
        }

        return context.Sender is { } sender
            ? await JudgeOwnershipAsync(context, login, SenderRewriting.UnwrapBatv(sender) ?? sender, cancellationToken)
            : CheckResult.Refuse(Reason.SenderMalformed, Malformed);
    }

    private static async ValueTask<CheckResult> JudgeOwnershipAsync(
        DecisionContext context, Lookup<Account> login, EmailAddress sender, CancellationToken cancellationToken)
    {
        // What one source grants no other takes away, so that a partial answer is good enough to say yes here. Whether the account
        // may send at all is not asked here.
        if (login.Value is { } account && (account.Owns(sender) || AddressPatterns.Cover(account.SendAs, sender)))
        {
            return CheckResult.Dunno($"address of account {account.Name}");
        }

        if (login.IsNotFound) return CheckResult.Refuse(Reason.SenderNotOwned, NotOwned, "no directory knows this login");

        // A tag is cut only where the whole address has no entry: with '-' as delimiter, mary-ann is not mary's.
        var owners = await context.Book.FindOwnersAsync(sender, cancellationToken);
        if (login.IsUnavailable || owners.IsUnavailable)
        {
            return CheckResult.Unavailable(Reason.DirectoryUnavailable, login.Cause ?? owners.Cause ?? "no answer");
        }

        return owners.Value is { } found && OwnsThrough(login.Value!, found)
            ? CheckResult.Dunno($"tag, alias or catch-all of account {login.Value!.Name}")
            : CheckResult.Refuse(Reason.SenderNotOwned, NotOwned, $"account {login.Value!.Name} does not own {sender}");
    }

    private static bool OwnsThrough(Account account, AddressOwners found) =>
        found.Accounts.Any(owner => owner.Name == account.Name) || AddressPatterns.Cover(account.SendAs, found.Answering);
}
