using System.Buffers;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Wire.Milter;

/// <summary>The milter's words to the engine's and back: the only file that knows both.</summary>
internal static class MilterMapping
{
    private static readonly SmtpReply NotUnderstood = new(451, "3.5", "Server configuration problem");

    /// <param name="recipient">Empty but at RCPT.</param>
    public static MailRequest ToMailRequest(SmtpStage stage, MilterSender sender, MilterMacros macros, MilterMessage message, string recipient) => new()
    {
        Stage = stage,
        SeesMessage = true,
        IsNonSmtp = sender.IsNonSmtp,
        SaslUsername = macros.Login,
        EnvelopeSender = message.Sender.Address,
        Recipient = recipient,
        RecipientCount = stage == SmtpStage.EndOfMessage ? message.Recipients : 0,
        Size = stage == SmtpStage.EndOfMessage && message.Needs.Size ? message.Size : message.Sender.Size,
        ClientAddress = sender.Client.Address ?? macros.ClientAddress,
        ClientPort = sender.Client.Port,
        ClientName = sender.Client.Name,
        HeloName = sender.HeloName,
        Instance = message.Id,
        QueueId = macros.QueueId,
        PolicyContext = macros.DaemonName,
        Header = stage == SmtpStage.EndOfMessage ? message.Header : null,
        RecipientCharges = stage == SmtpStage.EndOfMessage ? message.RecipientCharges : [],
    };

    /// <summary>The answer to MAIL and RCPT. A hold is said at the end of the message: only there it may be.</summary>
    public static void WriteReply(IBufferWriter<byte> output, Decision decision)
    {
        if (decision.Verdict is Verdict.Dunno or Verdict.Hold) MilterReplies.WriteContinue(output);
        else MilterReplies.WriteReply(output, (decision.Reply ?? NotUnderstood).Line);
    }

    /// <summary>The answer to the end of a message.</summary>
    /// <param name="agreed">What we may do. A message that needs more is deferred.</param>
    public static void WriteLastReply(IBufferWriter<byte> output, Decision decision, MilterMessage message, MilterActions agreed)
    {
        if (decision.Verdict is not (Verdict.Dunno or Verdict.Hold))
        {
            WriteReply(output, decision);
            return;
        }

        var hold = decision.Verdict == Verdict.Hold ? decision : message.Hold;
        var needed = (hold is null ? MilterActions.None : MilterActions.Quarantine) |
            (decision.Removals.Count == 0 ? MilterActions.None : MilterActions.ChangeHeader);
        if (!agreed.HasFlag(needed))
        {
            MilterReplies.WriteReply(output, NotUnderstood.Line);
            return;
        }

        foreach (var removal in decision.Removals) MilterReplies.WriteRemoval(output, removal.Name, removal.Index);
        if (hold is not null) MilterReplies.WriteQuarantine(output, $"policydaemon: {hold.Reason?.Name}");
        MilterReplies.WriteContinue(output);
    }
}

/// <summary>Who talks to Postfix.</summary>
internal readonly record struct MilterSender(MilterClient Client, string HeloName)
{
    /// <summary>
    /// For a message that never met smtpd, Postfix plays a client on this machine without a port (cleanup_milter.c,
    /// "cleanup_milter_client_init"). No TCP connection has port 0.
    /// </summary>
    public bool IsNonSmtp => Client is { Port: 0, Address: { } address } && System.Net.IPAddress.IsLoopback(address);
}
