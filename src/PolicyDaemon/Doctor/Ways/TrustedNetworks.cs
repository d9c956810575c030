using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Configuration.Reading;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Ways;

/// <summary>A list of networks that a mail server trusts, as Postfix and Dovecot write it; tables and names in it are not looked into.</summary>
internal sealed class TrustedNetworks(string text)
{
    /// <summary>Of public addresses more than these are nobody's own.</summary>
    private const int LargestPublic4 = 24;

    /// <inheritdoc cref="LargestPublic4"/>
    private const int LargestPublic6 = 48;

    /// <summary>Not routed: RFC 1918, 6598, 3927, 4193, 4291, and loopback.</summary>
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    internal IReadOnlyList<string> Words { get; } = ParameterText.SplitList(text);

    /// <summary>Those that are public and larger than a site is.</summary>
    internal IReadOnlyList<string> Wide => [.. Words.Where(IsWide)];

    /// <summary>Somebody besides this machine is named.</summary>
    internal bool IsBeyondLoopback => Words.Any(word => !(TryParse(word, out var network) && IPAddress.IsLoopback(network.BaseAddress)));

    internal IEnumerable<string> Narrow => Words.Where(word => !IsWide(word));

    private static bool IsWide(string word) =>
        TryParse(word, out var network)
        && !Private.Any(known => known.Contains(network.BaseAddress) && known.PrefixLength <= network.PrefixLength)
        && network.PrefixLength < (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? LargestPublic4 : LargestPublic6);

    /// <summary><c>192.0.2.0/24</c>, <c>[2001:db8::]/32</c>; bits behind the prefix do not matter here.</summary>
    private static bool TryParse(string word, out IPNetwork network)
    {
        network = default;
        var slash = word.LastIndexOf('/');
        if (!Networks.TryParseAddress(slash < 0 ? word : word[..slash], out var address)) return false;
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(word.AsSpan(slash + 1), out prefix) || prefix < 0 || prefix > bits)) return false;
        network = new IPNetwork(Networks.Mask(address, prefix), prefix);
        return true;
    }
}
