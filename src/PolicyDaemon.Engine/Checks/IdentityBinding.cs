using PolicyDaemon.Engine.Addresses;

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
        var login = await SenderOwnership.FindAsync(context, cancellationToken);
        if (login.Answer is { } answer) return answer;
        if (context.HasNullSender)
        {
            return context.Policy.MayLoginUseNullSender ? CheckResult.Dunno() : CheckResult.Refuse(Reason.NullSenderFromLogin, NullSender);
        }

        return context.Sender is { } sender
            ? await login.JudgeAsync(SenderRewriting.UnwrapBatv(sender) ?? sender, Reason.SenderNotOwned, NotOwned, cancellationToken)
            : CheckResult.Refuse(Reason.SenderMalformed, Malformed);
    }
}
