using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>One message: a transaction with Postfix and, for the recipients that may have it, one with a backend, in the same order.</summary>
internal sealed class LmtpTransaction(LmtpCommand.Mail mail, ForwardedClient client, LmtpBackends backends, Decide decide, IDeliveredBefore? before)
{
    private static readonly LmtpReply Withheld = new(250, "2.1.5 OK");
    private static readonly LmtpReply Delivered = new(250, "2.0.0 Delivered before");
    private static readonly LmtpReply Another = new(451, "4.3.0 Try again");
    private static readonly LmtpReply UnderWay = new(451, "4.3.0 This message is being delivered");

    private readonly List<AcceptedRecipient> accepted = [];
    private readonly RecipientGate gate = new(mail, client, backends, decide, before);
    private BackendConnection? backend;
    private DeliveryReport? report;
    private IDisposable? claim;

    public BackendConnection Backend => backend!;

    /// <summary>Those that Postfix is answered for, in its order; those of the backend in the order in which it will answer.</summary>
    public IReadOnlyList<AcceptedRecipient> Accepted => accepted;

    /// <summary>Why the backend cannot be asked any further; null: it can.</summary>
    public BackendException? Lost { get; set; }

    public DeliveryReport Report => report!;

    /// <summary>What Postfix is told of a message that another of its connections has brought already, and of which the mail store has not yet said what became of it.</summary>
    public static ReplyVerdict DeferredAsUnderWay { get; } = new(DeliveryOutcome.Deferred, UnderWay, "the same message is being delivered over another connection");

    /// <summary>What the backend can be told at once of commands that have come and are not yet answered: recipients, and DATA behind them.</summary>
    public IReadOnlyList<string> Look(IEnumerable<LmtpCommand> commands, CancellationToken cancellationToken)
    {
        var (asked, isAll) = gate.Look(commands.OfType<LmtpCommand.Rcpt>().Select(rcpt => rcpt.Recipient), cancellationToken);
        var isContentNext = isAll && commands.LastOrDefault() is LmtpCommand.Content && (asked.Count > 0 || accepted.Exists(recipient => !recipient.IsWithheld));
        return [.. asked.Select(CommandOf), .. isContentNext ? [BackendConnection.Data] : (string[])[]];
    }

    /// <summary>The backend has taken MAIL.</summary>
    public void Begin(BackendConnection opened, DeliveryReport reported) => (backend, report) = (opened, reported);

    /// <summary>A recipient: the rules first, then the backend.</summary>
    /// <param name="next">What has come behind it.</param>
    /// <returns>What Postfix is told.</returns>
    public async ValueTask<LmtpReply> AddAsync(LmtpCommand.Rcpt rcpt, IEnumerable<LmtpCommand> next, CancellationToken cancellationToken)
    {
        if (gate.IsEmpty) await TellAsync(Look(next.Prepend(rcpt), cancellationToken));
        var recipient = rcpt.Recipient;
        var admission = await gate.AdmitAsync(recipient, cancellationToken);
        if (admission.Refusal is { } refusal) return refusal;
        if (admission.IsWithheld)
        {
            accepted.Add(new AcceptedRecipient(recipient, IsWithheld: true));
            return Withheld;
        }

        Report.Start();
        var (reply, lost) = await AskAsync(CommandOf(recipient));
        var verdict = reply is null ? ReplyVerdict.Lost(lost!) : ReplyVerdict.Of(reply);
        if (verdict.Outcome == DeliveryOutcome.Stored) accepted.Add(new AcceptedRecipient(recipient, IsWithheld: false));
        else await Report.TellAsync(SmtpStage.Rcpt, [(recipient, verdict)]);
        return verdict.Reply;
    }

    /// <summary>DATA, but nobody is there who could have the content. A backend that was told so ahead, and waits for it now, is of no more use.</summary>
    public async ValueTask ForgoContentAsync()
    {
        if (Lost is null && Backend.IsOwing && (await AskAsync(BackendConnection.Data)).Reply is { IsIntermediate: true }) Lost = new BackendException("content for nobody was asked for");
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
        gate.End();
    }

    private async ValueTask TellAsync(IReadOnlyList<string> commands)
    {
        if (commands.Count == 0 || Lost is not null || Backend.IsOwing || !Backend.Capabilities.Pipelining) return;
        try
        {
            await Backend.TellAheadAsync(commands);
        }
        catch (BackendException exception)
        {
            Lost = exception;
        }
    }

    /// <returns>The reply, or why there is none.</returns>
    private async ValueTask<(LmtpReply? Reply, BackendException? Lost)> AskAsync(string command)
    {
        if (Lost is not null) return (null, Lost);
        try
        {
            return (await Backend.AskAsync(command), null);
        }
        catch (BackendException exception)
        {
            Lost = exception;
            return (null, exception);
        }
    }

    private static string CommandOf(LmtpPath recipient) => $"RCPT TO:{recipient.Text}";
}

/// <summary>A recipient that Postfix may send the content for.</summary>
/// <param name="IsWithheld">The backend was not told of it: the message may be there already.</param>
internal sealed record AcceptedRecipient(LmtpPath Path, bool IsWithheld);
