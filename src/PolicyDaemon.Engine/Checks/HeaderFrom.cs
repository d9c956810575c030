using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Engine.Checks;

/// <summary>
/// Refuses a message of a login whose <c>From</c> or <c>Sender</c> is not the login's: what people read is the header, not the envelope.
/// </summary>
/// <remarks>
/// Replies 553 5.7.1 where an address is another's, 550 5.7.1 where whose it is cannot be told. Exactly one From (RFC 5322 section 3.6); each of
/// its addresses is owned by the login, and so is that of Sender, if there is one. RFC 5322 section 3.6.2 lets a Sender speak for authors; people
/// are shown the authors, so an owned Sender excuses nothing. Nor does Resent-From.
/// </remarks>
internal sealed class HeaderFrom : ICheck
{
    private static readonly SmtpReply FromNotOwned = new(553, "7.1", "From header address is not owned by your login");
    private static readonly SmtpReply SenderNotOwned = new(553, "7.1", "Sender header address is not owned by your login");
    private static readonly SmtpReply FromMalformed = new(550, "7.1", "From header cannot be read safely, write it as: Name <user@example.org>");
    private static readonly SmtpReply SenderMalformed = new(550, "7.1", "Sender header cannot be read safely, write it as: Name <user@example.org>");
    private static readonly SmtpReply FromMissing = new(550, "7.1", "Message has no From header");
    private static readonly SmtpReply Repeated = new(550, "7.1", "Message has more than one From or Sender header");

    private static readonly AuthorField From = new(
        "From", AddressListParser.MaxMailboxes, Reason.HeaderFromNotOwned, FromNotOwned, Reason.HeaderFromMalformed, FromMalformed);

    private static readonly AuthorField Sender = new("Sender", 1, Reason.HeaderSenderNotOwned, SenderNotOwned, Reason.HeaderSenderMalformed, SenderMalformed);

    public CheckName Name => CheckName.HeaderFrom;

    public async ValueTask<CheckResult> DecideAsync(DecisionContext context, CancellationToken cancellationToken) =>
        context.Policy.Messages.Apply(MessageRule.HeaderFrom, await JudgeAsync(context, cancellationToken));

    private static async ValueTask<CheckResult> JudgeAsync(DecisionContext context, CancellationToken cancellationToken)
    {
        if (!context.Policy.Messages.LooksAtFrom) return CheckResult.Dunno("the header is not looked at");
        if (context.Request is { Header: null, Stage: not SmtpStage.EndOfMessage }) return CheckResult.Dunno("the header is not known here");
        if (context.Origin != ClientOrigin.Authenticated) return CheckResult.Dunno("no login");
        var login = await SenderOwnership.FindAsync(context, cancellationToken);
        if (login.Answer is { } answer) return answer;

        if (context.Request.Header is not { } header) return MessageCheck.Unseen;
        if (header.IsTruncated) return CheckResult.Refuse(Reason.HeaderTooLarge, MessageCheck.HeaderTooLarge);
        var from = Find(header, From.Name);
        var sender = Find(header, Sender.Name);
        if (from.Count == 0) return CheckResult.Refuse(Reason.HeaderFromMissing, FromMissing);
        if (from.Count > 1 || sender.Count > 1) return CheckResult.Refuse(Reason.HeaderFromRepeated, Repeated);

        var author = await From.JudgeAsync(from[0], login, context, cancellationToken);
        if (author.Verdict != Verdict.Dunno || sender.Count == 0) return author;
        var agent = await Sender.JudgeAsync(sender[0], login, context, cancellationToken);
        return agent.Verdict != Verdict.Dunno || !author.IsUnavailable ? agent : author;
    }

    private static List<HeaderField> Find(MessageHeader header, string name) => [.. header.Fields.Where(field => field.IsNamed(name))];
}
