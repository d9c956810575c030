using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>What Postfix is told of a message that may not be handed on.</summary>
internal static class FaultVerdict
{
    public static ReplyVerdict Of(BodyFault fault) => fault switch
    {
        BodyFault.BareNewline => Refused("5.5.2 Message has a CR or LF that is not part of CRLF"),
        BodyFault.Nul => Refused("5.6.0 Message has a NUL character"),
        BodyFault.TooManyHops => Refused("5.4.6 Message has too many Received fields: it goes round in a loop"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no fault"),
    };

    private static ReplyVerdict Refused(string text)
    {
        LmtpReply reply = new(554, text);
        return new ReplyVerdict(DeliveryOutcome.Refused, reply, reply.Text);
    }
}
