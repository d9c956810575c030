using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace PolicyDaemon.Wire.Milter;

/// <summary>Where the SMTP client is. Port 0: there is none, the message never met smtpd.</summary>
internal readonly record struct MilterClient(string Name, IPAddress? Address, int Port);

/// <summary>An envelope address with the octets that <c>SIZE=</c> announces; 0 without it.</summary>
/// <param name="Address">Internal form, without brackets and quotes; empty: the null sender.</param>
internal readonly record struct MilterEnvelope(string Address, long Size);

/// <summary>Reads the data of each packet. False: it is not what the protocol says.</summary>
/// <remarks>Source: Postfix 3.7 src/milter/milter8.c, "milter8_conn_event" to "milter8_message".</remarks>
internal static class MilterCodec
{
    /// <summary><c>u32 version, u32 actions, u32 steps</c>.</summary>
    public static bool TryReadOptions(ReadOnlySpan<byte> data, out MilterOptions options)
    {
        options = default;
        if (data.Length != 3 * sizeof(uint)) return false;
        options = new MilterOptions(
            BinaryPrimitives.ReadUInt32BigEndian(data),
            (MilterActions)BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            (MilterSteps)BinaryPrimitives.ReadUInt32BigEndian(data[8..]));
        return true;
    }

    /// <summary><c>hostname NUL family [u16 port, address NUL]</c>; family <c>4</c>, <c>6</c>, <c>L</c> (unix) or <c>U</c> (unknown, nothing behind it).</summary>
    public static bool TryReadClient(ReadOnlySpan<byte> data, out MilterClient client)
    {
        client = default;
        var strings = new MilterStrings(data);
        if (!strings.TryRead(out string name) || strings.IsAtEnd) return false;
        var family = strings.Rest[0];
        var rest = strings.Rest[1..];
        if (family == (byte)'U')
        {
            // Sendmail puts a NUL there, Postfix nothing.
            client = new MilterClient(name, null, 0);
            return rest.Length <= 1;
        }

        if (family is not ((byte)'4' or (byte)'6' or (byte)'L') || rest.Length < sizeof(ushort)) return false;
        strings = new MilterStrings(rest[sizeof(ushort)..]);
        if (!strings.TryRead(out string address) || !strings.IsAtEnd) return false;
        client = new MilterClient(name, family == (byte)'L' ? null : ReadAddress(address), BinaryPrimitives.ReadUInt16BigEndian(rest));
        return family == (byte)'L' || client.Address is not null;
    }

    /// <summary>An address as Postfix writes it, here or in <c>{client_addr}</c>; null when it is none.</summary>
    public static IPAddress? ReadAddress(string text)
    {
        const string Ipv6Prefix = "IPv6:";
        var bare = text.StartsWith(Ipv6Prefix, StringComparison.OrdinalIgnoreCase) ? text[Ipv6Prefix.Length..] : text;
        return IPAddress.TryParse(bare, out var address) ? address : null;
    }

    /// <summary>
    /// <c>&lt;address&gt; NUL (parameter NUL)*</c>. From mail that never met smtpd the null sender may come as an empty string, or as nothing.
    /// </summary>
    public static bool TryReadEnvelope(ReadOnlySpan<byte> data, out MilterEnvelope envelope)
    {
        envelope = new MilterEnvelope("", 0);
        if (data.IsEmpty) return true;
        var strings = new MilterStrings(data);
        if (!strings.TryRead(out string address)) return false;
        long size = 0;
        while (!strings.IsAtEnd)
        {
            if (!strings.TryRead(out ReadOnlySpan<byte> parameter)) return false;
            if (IsSize(parameter)) _ = long.TryParse(parameter["SIZE=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out size);
        }

        envelope = new MilterEnvelope(MilterAddress.ToInternal(address), size);
        return true;
    }

    /// <summary><c>name NUL value NUL</c>.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var strings = new MilterStrings(data);
        return strings.TryRead(out name) && !name.IsEmpty && strings.TryRead(out value) && strings.IsAtEnd;
    }

    private static bool IsSize(ReadOnlySpan<byte> parameter) =>
        parameter.Length > 5 && parameter[4] == (byte)'=' && System.Text.Ascii.EqualsIgnoreCase(parameter[..4], "SIZE"u8);
}
