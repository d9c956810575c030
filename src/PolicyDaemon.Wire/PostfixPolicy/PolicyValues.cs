using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>Reads the values of the attributes that we use; those of the others are dropped unread.</summary>
internal static class PolicyValues
{
    /// <param name="before">
    /// The request before: most values are those of the same session or message again, and its text is then taken instead of an equal copy.
    /// </param>
    /// <param name="value">Valid UTF-8 without NUL; may be empty.</param>
    /// <returns>Null, or why the value is malformed.</returns>
    public static string? Set(ref PolicyRequest request, in PolicyRequest before, PolicyAttribute attribute, ReadOnlySpan<byte> value)
    {
        switch (attribute)
        {
            case PolicyAttribute.ProtocolState: return SetProtocolState(ref request, value);
            case PolicyAttribute.ClientAddress: return SetClientAddress(ref request, before.ClientAddress, value);
            case PolicyAttribute.ClientName: request.ClientName = Text(value, before.ClientName); return null;
            case PolicyAttribute.HeloName: request.HeloName = Text(value, before.HeloName); return null;
            case PolicyAttribute.Sender: request.Sender = Text(value, before.Sender); return null;
            case PolicyAttribute.Recipient: request.Recipient = Text(value, before.Recipient); return null;
            case PolicyAttribute.QueueId: request.QueueId = Text(value, before.QueueId); return null;
            case PolicyAttribute.Instance: request.Instance = Text(value, before.Instance); return null;
            case PolicyAttribute.SaslUsername: request.SaslUsername = Text(value, before.SaslUsername); return null;
            case PolicyAttribute.PolicyContext: request.PolicyContext = Text(value, before.PolicyContext); return null;
            case PolicyAttribute.ClientPort:
                _ = TryNumber<ushort>(value, out var port);
                request.ClientPort = port;
                return null;
            case PolicyAttribute.RecipientCount:
                if (!TryNumber<int>(value, out var count)) return "recipient_count is not a number";
                request.RecipientCount = count;
                return null;
            case PolicyAttribute.Size:
                if (!TryNumber<long>(value, out var size)) return "size is not a number";
                request.Size = size;
                return null;
            default: return null;
        }
    }

    private static string? SetProtocolState(ref PolicyRequest request, ReadOnlySpan<byte> value)
    {
        request.ProtocolState =
            value.SequenceEqual("RCPT"u8) ? ProtocolState.Rcpt
            : value.SequenceEqual("DATA"u8) ? ProtocolState.Data
            : value.SequenceEqual("END-OF-MESSAGE"u8) ? ProtocolState.EndOfMessage
            : value.SequenceEqual("MAIL"u8) ? ProtocolState.Mail
            : value.SequenceEqual("CONNECT"u8) ? ProtocolState.Connect
            : value.SequenceEqual("EHLO"u8) ? ProtocolState.Ehlo
            : value.SequenceEqual("HELO"u8) ? ProtocolState.Helo
            : value.SequenceEqual("VRFY"u8) ? ProtocolState.Vrfy
            : value.SequenceEqual("ETRN"u8) ? ProtocolState.Etrn
            : ProtocolState.Missing;
        return request.ProtocolState == ProtocolState.Missing ? "protocol_state is unknown" : null;
    }

    private static string? SetClientAddress(ref PolicyRequest request, IPAddress? before, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.SequenceEqual("unknown"u8)) return null;
        if (before is not null && IsText(before, value))
        {
            request.ClientAddress = before;
            return null;
        }

        if (!IPAddress.TryParse(value, out var address)) return "client_address is not an address";
        request.ClientAddress = address;
        return null;
    }

    private static bool IsText(IPAddress address, ReadOnlySpan<byte> value)
    {
        Span<byte> text = stackalloc byte[64];
        return address.TryFormat(text, out var length) && value.SequenceEqual(text[..length]);
    }

    private static string Text(ReadOnlySpan<byte> value, string? before) =>
        before is not null && Ascii.Equals(value, before) ? before : Encoding.UTF8.GetString(value);

    private static bool TryNumber<T>(ReadOnlySpan<byte> value, out T number)
        where T : struct, INumber<T>
    {
        number = T.Zero;
        return value.IsEmpty || T.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
