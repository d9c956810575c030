using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One message: a transaction with Postfix and, for the recipients that may have it, one with a backend, in the same order.</summary>
internal sealed class LmtpTransaction(
    BackendConnection backend, LmtpCommand.Mail mail, ForwardedClient client, LmtpBackends backends, Decide decide, DeliveryReport report, IDeliveredBefore? before)
{
    private static readonly LmtpReply TooMany = new(452, "4.5.3 Too many recipients");
    private static readonly LmtpReply NotDecided = new(451, "4.3.0 Try again later");
    private static readonly LmtpReply TooManyAtOnce = new(451, "4.3.2 Too many deliveries to this mailbox at once");

    private static readonly LmtpReply Withheld = new(250, "2.1.5 OK");
    private static readonly LmtpReply Delivered = new(250, "2.0.0 Delivered before");
    private static readonly LmtpReply Another = new(451, "4.3.0 Try again");
    private static readonly LmtpReply UnderWay = new(451, "4.3.0 This message is being delivered");

    private readonly List<AcceptedRecipient> accepted = [];
    private readonly SortedSet<string> slots = new(StringComparer.Ordinal);
    private IDisposable? claim;
    private int named;

    public BackendConnection Backend => backend;

    /// <summary>Those that Postfix is answered for, in its order; those of the backend in the order in which it will answer.</summary>
    public IReadOnlyList<AcceptedRecipient> Accepted => accepted;

    /// <summary>Why the backend cannot be asked any further; null: it can.</summary>
    public BackendException? Lost { get; set; }

    public DeliveryReport Report => report;

    /// <summary>What Postfix is told of a message that another of its connections has brought already, and of which the mail store has not yet said what became of it.</summary>
    public static ReplyVerdict DeferredAsUnderWay { get; } = new(DeliveryOutcome.Deferred, UnderWay, "the same message is being delivered over another connection");

    /// <summary>A recipient: the rules first, then the backend.</summary>
    /// <returns>What Postfix is told.</returns>
    public async ValueTask<LmtpReply> AddAsync(LmtpPath recipient, CancellationToken cancellationToken)
    {
        if (++named > LmtpLimits.MaxRecipients) return TooMany;
        var decision = await decide(ToMailRequest(recipient), cancellationToken);
        if (decision.Verdict != Verdict.Dunno)
        {
            return decision.Reply is { } refusal ? new LmtpReply(refusal.Code, $"{refusal.Status} {refusal.Text}") : NotDecided;
        }

        if (before?.IsSuspected(client.QueueId, mail.Sender.Address, recipient.Address) == true)
        {
            accepted.Add(new AcceptedRecipient(recipient, IsWithheld: true));
            return Withheld;
        }

        if (!await TakeSlotAsync(recipient)) return TooManyAtOnce;
        var verdict = await AskAsync(recipient);
        if (verdict.Outcome == DeliveryOutcome.Stored) accepted.Add(new AcceptedRecipient(recipient, IsWithheld: false));
        else await report.TellAsync(SmtpStage.Rcpt, [(recipient, verdict)]);
        return verdict.Reply;
    }

    /// <summary>What has come for a recipient that was withheld: the message that is there already, or another, which the backend will have at the next try.</summary>
    /// <param name="digest">Of the content.</param>
    public ReplyVerdict JudgeWithheld(LmtpPath recipient, string digest) =>
        before!.IsThere(client.QueueId, mail.Sender.Address, recipient.Address, digest)
            ? new ReplyVerdict(DeliveryOutcome.Stored, Delivered, "delivered before; Postfix had not heard so")
            : new ReplyVerdict(DeliveryOutcome.Deferred, Another, "another message was delivered under this queue id before");

    /// <summary>Before the backend is told the end of the message: nobody else may tell it that of the same one until this transaction is over.</summary>
    /// <returns>False: somebody has.</returns>
    public bool TryClaim()
    {
        if (before is null) return true;
        claim = before.TryClaim(client.QueueId, mail.Sender.Address, accepted.Where(recipient => !recipient.IsWithheld).Select(recipient => recipient.Path.Address));
        return claim is not null;
    }

    /// <summary>The transaction is over, whatever came of it.</summary>
    public void End()
    {
        claim?.Dispose();
        claim = null;
        foreach (var slot in slots) backends.Slots.Release(slot);
        slots.Clear();
    }

    private async ValueTask<ReplyVerdict> AskAsync(LmtpPath recipient)
    {
        report.Start();
        try
        {
            return Lost is null ? ReplyVerdict.Of(await backend.AskAsync($"RCPT TO:{recipient.Text}")) : ReplyVerdict.Lost(Lost);
        }
        catch (BackendException exception)
        {
            Lost = exception;
            return ReplyVerdict.Lost(exception);
        }
    }

    /// <summary>
    /// A recipient that is named twice needs one slot. Who waits for a mailbox that is behind all it has, in the order of their names, is in no ring of transactions that
    /// wait for each other; who goes against that order may be, so it does not wait long.
    /// </summary>
    private async ValueTask<bool> TakeSlotAsync(LmtpPath recipient)
    {
        var mailbox = MailboxOf(recipient);
        if (slots.Contains(mailbox)) return true;
        var isInOrder = slots.Count == 0 || string.CompareOrdinal(mailbox, slots.Max) > 0;
        if (!await backends.Slots.TryTakeAsync(mailbox, isInOrder ? LmtpLimits.SlotTime : LmtpLimits.CrossedSlotTime)) return false;
        slots.Add(mailbox);
        return true;
    }

    private string MailboxOf(LmtpPath recipient)
    {
        var normalizer = backends.Rules.Normalizer;
        return normalizer.TryParse(recipient.Address, out var address) ? (normalizer.WithoutTag(address) ?? address).Text : recipient.Address;
    }

    private MailRequest ToMailRequest(LmtpPath recipient) => new()
    {
        Stage = SmtpStage.Delivery,
        EnvelopeSender = mail.Sender.Address,
        Recipient = recipient.Address,
        Size = mail.Size ?? 0,
        ClientAddress = client.Address,
        ClientName = client.Name,
        HeloName = client.Helo,
        QueueId = client.QueueId,
    };
}

/// <summary>A recipient that Postfix may send the content for.</summary>
/// <param name="IsWithheld">The backend was not told of it: the message may be there already.</param>
internal sealed record AcceptedRecipient(LmtpPath Path, bool IsWithheld);
