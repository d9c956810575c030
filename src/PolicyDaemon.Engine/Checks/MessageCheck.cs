using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses a message that is larger, or for more recipients, than its sender may send, and says which fields of its header are to be taken out.
/// </summary>
/// <remarks>
/// Replies 552 5.3.4 (RFC 1870 section 6) and 550 5.5.3 (RFC 3463 section 3.6). The size that a client announces is judged at MAIL, so that it need
/// not send what is refused; the real one at the end of the message. Asked by the front that sees the message only.
/// </remarks>
internal sealed class MessageCheck : ICheck
{
    public static readonly SmtpReply HeaderTooLarge = new(552, "3.4", "Message header is too large");

    /// <summary>A rule that came into force while the message was on its way, when nobody had asked for its header.</summary>
    public static readonly CheckResult Unseen = CheckResult.Unavailable(Reason.HeaderUnseen, "the rules asked for the header when the message had begun");

    private static readonly SmtpReply TooLarge = new(552, "3.4", "Message is larger than you may send");
    private static readonly SmtpReply TooManyRecipients = new(550, "5.3", "Message has more recipients than you may write to at once");

    public CheckName Name => CheckName.MessageRules;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var result = await MeasureAsync(context, cancellationToken);
        var unwanted = context.Policy.Messages.Unwanted;
        if (result.Verdict is Verdict.Reject || !unwanted.ConcernMailOf(context.Origin)) return result;
        if (context.Request is { Header: null, Stage: not SmtpStage.EndOfMessage }) return result;
        if (context.Request.Header is not { } header) return Unseen;
        return header.IsTruncated
            ? CheckResult.Refuse(Reason.HeaderTooLarge, HeaderTooLarge, "fields that are to be removed may lie behind those that are kept")
            : result with { Removals = unwanted.Find(header, context.Origin) };
    }

    private static async ValueTask<CheckResult> MeasureAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        var rules = context.Policy.Messages;
        var request = context.Request;
        var isEnd = request.Stage == SmtpStage.EndOfMessage;
        var judgesSize = rules.Size.IsSet && request.Size > 0 && (isEnd || (request.Stage == SmtpStage.Mail && !rules.Quarantine.Contains(MessageRule.MaximumSize)));
        var judgesRecipients = rules.Recipients.IsSet && isEnd;
        if (!judgesSize && !judgesRecipients) return CheckResult.Dunno();

        var found = await FindSenderAsync(context, cancellationToken);
        if (found.Value is not { } sender) return CheckResult.Unavailable(Reason.DirectoryUnavailable, found.Cause ?? "no answer");
        if (judgesSize && rules.Size.AmountFor(sender.Account, sender.Domain) is { } size && request.Size > size)
        {
            return rules.Apply(MessageRule.MaximumSize, CheckResult.Refuse(Reason.MessageTooLarge, TooLarge, $"{request.Size} octets, {size} may be"));
        }

        return judgesRecipients && rules.Recipients.AmountFor(sender.Account, sender.Domain) is { } count && request.RecipientCount > count
            ? rules.Apply(MessageRule.MaximumRecipients, CheckResult.Refuse(Reason.TooManyRecipients, TooManyRecipients, $"{request.RecipientCount} recipients, {count} may be"))
            : CheckResult.Dunno();
    }

    /// <summary>The account of the login and the domain of its first address; without a login, in a trusted network, the sender's domain.</summary>
    private static async ValueTask<Lookup<Sender>> FindSenderAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        Account? account = null;
        if (context.Origin == ClientOrigin.Authenticated)
        {
            var login = await context.FindLoginAsync(cancellationToken);
            if (login.IsUnavailable) return Lookup<Sender>.Unavailable(login.Cause ?? "no answer", login.Provenance);
            account = login.Value;
        }

        EmailAddress? address = context.Origin switch
        {
            ClientOrigin.Authenticated => account?.Addresses is [var main, ..] ? main : null,
            ClientOrigin.Trusted => context.Sender,
            _ => null,
        };
        var domain = address is null
            ? Lookup<DomainEntry>.NotFound(Provenance.None)
            : await context.Book.FindDomainAsync(address.Domain, cancellationToken);

        // With all its amounts: a source that is away may have a smaller one.
        var missing = domain.IsUnavailable ? domain.Cause ?? "no answer" : domain.Value?.MissingCause;
        return missing is not null
            ? Lookup<Sender>.Unavailable(missing, domain.Provenance)
            : Lookup<Sender>.Found(new Sender(account, domain.Value), domain.Provenance);
    }

    private sealed record Sender(Account? Account, DomainEntry? Domain);
}
