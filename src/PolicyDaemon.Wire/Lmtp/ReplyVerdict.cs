using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>What Postfix is told when a backend answers so.</summary>
/// <param name="Said">The backend's own words, for the record.</param>
internal sealed record ReplyVerdict(DeliveryOutcome Outcome, LmtpReply Reply, string Said)
{
    /// <summary>Statuses of a refusal that are about this recipient or this message (RFC 3463): address, mailbox, content and policy. The others are about the backend.</summary>
    private static readonly string[] Certain = ["1.", "2.", "6.", "7."];

    /// <summary>The message is too large for the system: no other try changes that (RFC 3463 section 3.4).</summary>
    private const string TooLarge = "3.4";

    /// <summary>
    /// A refusal for good stands when it is about a recipient or a message. A backend that does not like our commands or is in trouble of its own must not make
    /// Postfix bounce all that comes by.
    /// </summary>
    public static ReplyVerdict Of(LmtpReply reply)
    {
        if (reply.IsPositive) return new(DeliveryOutcome.Stored, Complete(reply), reply.Text);
        if (reply is { IsPermanent: true, Code: >= 550 and <= 554 } && IsCertain(reply.Status)) return new(DeliveryOutcome.Refused, reply, reply.Text);
        return reply is { IsTemporary: true, IsClosing: false }
            ? new(DeliveryOutcome.Deferred, Complete(reply), reply.Text)
            : new(DeliveryOutcome.Deferred, new LmtpReply(451, $"4.3.0 Mail store said {reply.Code}: {reply.Words}"), reply.Text);
    }

    /// <summary>To MAIL only the size is a reason to refuse for good.</summary>
    public static ReplyVerdict OfMail(LmtpReply reply)
    {
        var verdict = Of(reply);
        return verdict.Outcome != DeliveryOutcome.Refused || reply.Status == TooLarge
            ? verdict
            : new(DeliveryOutcome.Deferred, new LmtpReply(451, $"4.3.0 Mail store said {reply.Code}: {reply.Words}"), reply.Text);
    }

    /// <summary>The backend gave no answer before it had the whole message: it has nothing of it.</summary>
    public static ReplyVerdict Lost(BackendException cause) => new(DeliveryOutcome.Deferred, Away, cause.Message);

    /// <summary>The backend had the whole message and gave no answer.</summary>
    public static ReplyVerdict Unknown(BackendException cause) =>
        new(DeliveryOutcome.Unknown, new LmtpReply(451, "4.4.2 Mail store did not confirm the delivery"), cause.Message);

    public static LmtpReply Away { get; } = new(451, "4.4.2 Mail store is not available, try again later");

    private static bool IsCertain(string? status) =>
        status is not null && (status == TooLarge || Certain.Any(subject => status.StartsWith(subject, StringComparison.Ordinal)));

    /// <summary>We promised a status in every reply; a backend need not.</summary>
    private static LmtpReply Complete(LmtpReply reply) =>
        reply.Status is not null ? reply : new LmtpReply(reply.Code, [.. reply.Lines.Select(line => $"{reply.Code / 100}.0.0 {line}")]);
}
