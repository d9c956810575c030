using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Networks as <c>mynetworks</c> of Postfix has them, IPv6 with or without its brackets.</summary>
internal static class Networks
{
    public static readonly IReadOnlyList<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>Reads one. Bits behind the prefix are an error: it would be a guess which of the two the administrator meant.</summary>
    public static Parsed<IPNetwork> Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(slash < 0 ? text : text[..slash], out var address)) return Parsed<IPNetwork>.Bad();
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        var isNumber = slash < 0 || int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix);
        if (!isNumber || prefix > bits)
        {
            return Bad($"expected a prefix from 0 to {bits} behind the slash");
        }

        var network = Mask(address, prefix);
        return network.Equals(address)
            ? Parsed<IPNetwork>.Good(new IPNetwork(address, prefix))
            : Bad($"has bits behind its prefix: expected {network}/{prefix}, or one address");

        static Parsed<IPNetwork> Bad(FormattableString message) => Parsed<IPNetwork>.Bad(FormattableString.Invariant(message));
    }

    /// <summary>An address in full: <c>127.1</c> and <c>1</c> would be taken by the base library.</summary>
    public static bool TryParseAddress(string text, out IPAddress address)
    {
        var bare = text.StartsWith('[') && text.EndsWith(']') && text.Contains(':', StringComparison.Ordinal) ? text[1..^1] : text;
        address = IPAddress.None;
        if (!IPAddress.TryParse(bare, out var parsed) || bare.Contains('%', StringComparison.Ordinal)) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != bare) return false;
        address = parsed;
        return true;
    }

    internal static IPAddress Mask(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
