using System.Globalization;
using System.Net;

namespace PolicyDaemon.Engine;

/// <summary>The network that a client's address counts as.</summary>
internal static class ClientNetwork
{
    /// <summary><c>192.0.2.0/24</c>; an IPv4 address inside an IPv6 one is IPv4.</summary>
    /// <param name="ipv4Prefix">Bits that make one network.</param>
    /// <param name="ipv6Prefix">The same for IPv6.</param>
    public static string Of(IPAddress client, int ipv4Prefix, int ipv6Prefix)
    {
        var bytes = (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).GetAddressBytes();
        var prefix = bytes.Length == 4 ? ipv4Prefix : ipv6Prefix;
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{prefix}");
    }
}
