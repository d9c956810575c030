using PolicyDaemon.Engine;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>Postfix's words to the engine's and back: the only file that knows both.</summary>
public static class PolicyMapping
{
    /// <summary>Nothing against it: Postfix goes on with its next restriction. Never OK, which would end its list.</summary>
    internal const string Dunno = "DUNNO";

    /// <summary>For a verdict that this protocol has no word for: a permit is never the answer to what we do not understand.</summary>
    private const string NotUnderstood = "451 4.3.5 Server configuration problem";

    internal static MailRequest ToMailRequest(in PolicyRequest request)
    {
        var stage = ToStage(request.ProtocolState);
        return new MailRequest
        {
            Stage = stage,
            SaslUsername = request.SaslUsername ?? "",
            EnvelopeSender = ToEnvelopeSender(request.Sender ?? "", stage),
            Recipient = request.Recipient ?? "",
            RecipientCount = request.RecipientCount,
            Size = request.Size,
            ClientAddress = request.ClientAddress,
            ClientPort = request.ClientPort,
            ClientName = request.ClientName ?? "",
            HeloName = request.HeloName ?? "",
            Instance = request.Instance ?? "",
            QueueId = request.QueueId ?? "",
            PolicyContext = request.PolicyContext ?? "",
        };
    }

    /// <summary>The right-hand side of <c>action=</c>, as access(5) takes it; never empty.</summary>
    public static string ToAction(Decision decision) => ToAction(decision.Verdict, decision.Reply, decision.Reason);

    internal static string ToAction(Verdict verdict, SmtpReply? reply, Reason? reason) => verdict switch
    {
        Verdict.Dunno => Dunno,
        Verdict.Reject or Verdict.Defer when reply is not null => reply.Line,

        // Only Postfix's log shows this text; the client is told nothing.
        Verdict.Hold => $"HOLD policydaemon: {reason?.Name}",
        _ => NotUnderstood,
    };

    private static SmtpStage ToStage(ProtocolState state) => state switch
    {
        ProtocolState.Connect => SmtpStage.Connect,
        ProtocolState.Ehlo or ProtocolState.Helo => SmtpStage.Helo,
        ProtocolState.Mail => SmtpStage.Mail,
        ProtocolState.Rcpt => SmtpStage.Rcpt,
        ProtocolState.Data => SmtpStage.Data,
        ProtocolState.EndOfMessage => SmtpStage.EndOfMessage,
        ProtocolState.Vrfy or ProtocolState.Etrn => SmtpStage.Other,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no stage"),
    };

    /// <summary>An empty sender is the null sender, but before MAIL only what nobody has said yet.</summary>
    private static string? ToEnvelopeSender(string sender, SmtpStage stage) =>
        sender.Length == 0 && stage is SmtpStage.Connect or SmtpStage.Helo or SmtpStage.Other ? null : sender;
}
