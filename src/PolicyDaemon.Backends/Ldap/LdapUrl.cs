using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Where a server listens: <c>ldap://host:port</c>, <c>ldaps://host:port</c>, <c>ldapi://%2Fpath%2Fof%2Fsocket</c>.</summary>
/// <remarks>RFC 4516 without DN, attributes, scope, filter: those are keys of their own in the configuration.</remarks>
public sealed record LdapUrl
{
    private const int DefaultPort = 389;
    private const int DefaultTlsPort = 636;

    private LdapUrl(string text, EndPoint endPoint)
    {
        Text = text;
        EndPoint = endPoint;
    }

    /// <summary>As the administrator wrote it.</summary>
    public string Text { get; }

    /// <summary>TLS from the first octet (<c>ldaps</c>).</summary>
    public bool IsTls => Text.StartsWith("ldaps:", StringComparison.OrdinalIgnoreCase);

    /// <summary>A unix socket (<c>ldapi</c>), on which TLS would protect nothing.</summary>
    public bool IsUnix => EndPoint is UnixDomainSocketEndPoint;

    internal EndPoint EndPoint { get; }

    /// <summary>The name that the server's certificate must have; null for a unix socket.</summary>
    internal string? Host => EndPoint switch
    {
        DnsEndPoint named => named.Host,
        IPEndPoint numbered => numbered.Address.ToString(),
        _ => null,
    };

    /// <param name="error">Set on failure: what is expected, without the text itself.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out LdapUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        error = null;
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        var rest = separator < 0 ? "" : text[(separator + 3)..].TrimEnd('/');
        var endPoint = (separator < 0 ? "" : text[..separator].ToLowerInvariant()) switch
        {
            "ldap" => ParseHost(rest, DefaultPort),
            "ldaps" => ParseHost(rest, DefaultTlsPort),
            "ldapi" => ParsePath(rest),
            _ => null,
        };
        if (endPoint is null)
        {
            error = "expected ldap://host:port, ldaps://host:port or ldapi://%2Fpath%2Fof%2Fsocket, and nothing after it";
            return false;
        }

        url = new LdapUrl(text, endPoint);
        return true;
    }

    public override string ToString() => Text;

    private static EndPoint? ParseHost(string text, int defaultPort)
    {
        var (host, port) = (text, defaultPort);
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue)
                return null;
            host = text[..colon];
        }

        if (host is ['[', .. var literal, ']'])
            return IPAddress.TryParse(literal, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 ? new IPEndPoint(v6, port) : null;
        if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4)) return null;
        return IPAddress.TryParse(host, out var v4) ? new IPEndPoint(v4, port) : new DnsEndPoint(host, port);
    }

    private static UnixDomainSocketEndPoint? ParsePath(string text)
    {
        var path = Uri.UnescapeDataString(text);
        try
        {
            return path.StartsWith('/') && !text.Contains('/', StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(path) : null;
        }
        catch (ArgumentException)
        {
            // Longer than sun_path, 107 octets.
            return null;
        }
    }
}
