using System.Buffers;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Wire.Milter;

/// <summary>What is said on one connection: one packet after the other, each with its reply, if it has one.</summary>
/// <remarks>
/// Several SMTP sessions may follow one another, each with many messages. An abort follows every message, also one that went well, and
/// may be repeated: it never means that a message was not delivered. Source: protocol as spoken by Postfix 3.7 and 3.10, src/milter/milter8.c.
/// </remarks>
/// <param name="id">Unique among the connections of this daemon.</param>
internal sealed class MilterConversation(IBufferWriter<byte> output, string id, Decide decide, Func<MilterNeeds> needs)
{
    private static readonly SmtpReply RulesChanged = new(421, "3.2", "Rules have changed, connect again");

    private readonly MilterMacros macros = new();
    private MilterOptions? agreed;
    private MilterSender sender;
    private MilterMessage? message;
    private long messages;

    /// <summary>A message has begun and is not over.</summary>
    public bool HasMessage => message is not null;

    /// <summary>The server has said good-bye.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes one packet and writes the reply, if there is to be one.</summary>
    /// <returns>Null, or what is wrong with it; then the connection is to end.</returns>
    public async ValueTask<string?> TakeAsync(MilterPacket packet, CancellationToken cancellationToken)
    {
        switch (packet.Command)
        {
            case MilterCommand.Negotiate:
                return Negotiate(Octets(packet));
            case MilterCommand.Quit:
                IsOver = true;
                return null;
            case var command when agreed is null:
                return $"{command} before negotiation";
            case MilterCommand.Macros:
                return macros.TryTake(Octets(packet)) ? null : "macros are not as the protocol says";
            case MilterCommand.Connect:
                return Connect(Octets(packet));
            case MilterCommand.Helo:
                return Helo(Octets(packet));
            case MilterCommand.Mail:
                return await MailAsync(packet, cancellationToken);
            case MilterCommand.Abort or MilterCommand.NextSession:
                EndMessage();
                return null;
            case MilterCommand.Unknown:
                MilterReplies.WriteContinue(output);
                return null;
            case var command when message is null:
                return $"{command} without a message";
            default:
                return await ContinueMessageAsync(packet, message, cancellationToken);
        }
    }

    private async ValueTask<string?> ContinueMessageAsync(MilterPacket packet, MilterMessage current, CancellationToken cancellationToken)
    {
        switch (packet.Command)
        {
            case MilterCommand.Recipient:
                return await RecipientAsync(packet, current, cancellationToken);
            case MilterCommand.Header:
                return Header(Octets(packet), current);
            case MilterCommand.Body:
                return Body(packet.Data.Length, current);
            case MilterCommand.EndOfMessage:
                current.AddBody(packet.Data.Length);
                MilterMapping.WriteLastReply(
                    output,
                    await AskAsync(SmtpStage.EndOfMessage, current, "", cancellationToken),
                    current,
                    agreed!.Value.Actions);
                EndMessage();
                return null;
            default:
                MilterReplies.WriteContinue(output);
                return null;
        }
    }

    private string? Negotiate(ReadOnlySpan<byte> data)
    {
        if (agreed is not null) return "negotiated twice";
        if (!MilterCodec.TryReadOptions(data, out var offered)) return "offer is not as the protocol says";
        if (offered.Version < MilterNegotiation.OldestVersion) return $"protocol version {offered.Version}";
        var answer = MilterNegotiation.Answer(offered, needs());
        MilterReplies.WriteOptions(output, answer, answer.Actions.HasFlag(MilterActions.NameMacros) ? MilterMacros.Wanted : []);
        agreed = answer;
        return null;
    }

    private string? Connect(ReadOnlySpan<byte> data)
    {
        if (!MilterCodec.TryReadClient(data, out var client)) return "client is not as the protocol says";
        sender = new MilterSender(client, "");
        EndMessage(keepMacros: true);
        Continue(MilterSteps.SilentConnect);
        return null;
    }

    private string? Helo(ReadOnlySpan<byte> data)
    {
        if (!new MilterStrings(data).TryRead(out string name)) return "HELO is not as the protocol says";
        sender = sender with { HeloName = name };
        Continue(MilterSteps.SilentHelo);
        return null;
    }

    private async ValueTask<string?> MailAsync(MilterPacket packet, CancellationToken cancellationToken)
    {
        if (!MilterCodec.TryReadEnvelope(Octets(packet), out var envelope)) return "MAIL is not as the protocol says";
        var current = new MilterMessage($"{id}.{++messages}", envelope, needs());
        message = null;
        if (!MilterNegotiation.Shows(agreed!.Value, current.Needs))
        {
            // A reload wants to see more than this connection shows.
            MilterReplies.WriteReply(output, RulesChanged.Line);
            return null;
        }

        var decision = await AskEarlyAsync(SmtpStage.Mail, current, "", cancellationToken);
        if (!IsRefused(decision)) message = current;
        MilterMapping.WriteReply(output, decision);
        return null;
    }

    private async ValueTask<string?> RecipientAsync(MilterPacket packet, MilterMessage current, CancellationToken cancellationToken)
    {
        if (!MilterCodec.TryReadEnvelope(Octets(packet), out var recipient)) return "RCPT is not as the protocol says";
        if (current.Recipients == MilterLimits.MaxRecipients) return $"more than {MilterLimits.MaxRecipients} recipients";
        var decision = await AskEarlyAsync(SmtpStage.Rcpt, current, recipient.Address, cancellationToken);
        if (!IsRefused(decision)) current.AddRecipient(decision);
        MilterMapping.WriteReply(output, decision);
        return null;
    }

    private string? Header(ReadOnlySpan<byte> data, MilterMessage current)
    {
        if (!MilterCodec.TryReadHeader(data, out var name, out var value)) return "header is not as the protocol says";
        current.AddHeader(name, value);
        Continue(MilterSteps.SilentHeader);
        return null;
    }

    private string? Body(long bytes, MilterMessage current)
    {
        current.AddBody(bytes);
        if (!current.Needs.Size && agreed!.Value.Steps.HasFlag(MilterSteps.Skip)) MilterReplies.WriteSkip(output);
        else MilterReplies.WriteContinue(output);
        return null;
    }

    /// <summary>
    /// Before the end of a message. One that never met smtpd is not judged there: Postfix takes a refused recipient of it for our mistake
    /// (MILTER_README, "Non-SMTP Milter applications").
    /// </summary>
    private ValueTask<Decision> AskEarlyAsync(SmtpStage stage, MilterMessage current, string recipient, CancellationToken cancellationToken) =>
        sender.IsNonSmtp ? new(Decision.Dunno) : AskAsync(stage, current, recipient, cancellationToken);

    private ValueTask<Decision> AskAsync(SmtpStage stage, MilterMessage current, string recipient, CancellationToken cancellationToken) =>
        decide(MilterMapping.ToMailRequest(stage, sender, macros, current, recipient), cancellationToken);

    private static bool IsRefused(Decision decision) => decision.Verdict is not (Verdict.Dunno or Verdict.Hold);

    private void Continue(MilterSteps silent)
    {
        if (!agreed!.Value.Steps.HasFlag(silent)) MilterReplies.WriteContinue(output);
    }

    private void EndMessage(bool keepMacros = false)
    {
        message = null;
        if (!keepMacros) macros.EndMessage();
    }

    private static ReadOnlySpan<byte> Octets(MilterPacket packet) =>
        packet.Data.IsSingleSegment ? packet.Data.FirstSpan : packet.Data.ToArray();
}
