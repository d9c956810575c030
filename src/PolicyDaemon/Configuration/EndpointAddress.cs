using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration;

/// <summary>A socket, spelled as Postfix does: <c>unix:/path</c> or <c>inet:host:port</c>.</summary>
internal abstract record EndpointAddress
{
    /// <summary>Octets of a socket's path: <c>sun_path</c> of unix(7) without its final NUL.</summary>
    public const int MaxUnixPathBytes = 107;

    private const string InetExamples = "such as inet:127.0.0.1:10040 or inet:[::1]:10040";

    private EndpointAddress()
    {
    }

    /// <summary>As a socket is bound to it.</summary>
    public abstract EndPoint ToEndPoint();

    /// <summary>Reads one. Host names are not taken: what a listener is reachable from must not hang on a resolver.</summary>
    public static Parsed<EndpointAddress> Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal)) return ParseUnix(text[5..]);
        return text.StartsWith("inet:", StringComparison.Ordinal) ? ParseInet(text[5..]) : Parsed<EndpointAddress>.Bad();
    }

    private static Parsed<EndpointAddress> ParseUnix(string path)
    {
        if (!path.StartsWith('/') || path.EndsWith('/') || path.Any(char.IsControl))
        {
            return Parsed<EndpointAddress>.Bad("expected the absolute path of a socket behind unix:");
        }

        var length = Encoding.UTF8.GetByteCount(path);
        return length <= MaxUnixPathBytes
            ? Parsed<EndpointAddress>.Good(new Unix(path))
            : Parsed<EndpointAddress>.Bad(string.Create(
                CultureInfo.InvariantCulture,
                $"its path has {length} octets: expected at most {MaxUnixPathBytes}, which is all that a socket's path can have"));
    }

    private static Parsed<EndpointAddress> ParseInet(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return Parsed<EndpointAddress>.Bad($"expected inet:address:port with a port from 0 to 65535, {InetExamples}");
        }

        var host = text[..colon];
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        return Networks.TryParseAddress(host, out var address) && isBracketed == host.Contains(':', StringComparison.Ordinal)
            ? Parsed<EndpointAddress>.Good(new Inet(address, port))
            : Parsed<EndpointAddress>.Bad($"expected an address, not a name, between inet: and the port, {InetExamples}");
    }

    public sealed record Unix(string Path) : EndpointAddress
    {
        public override EndPoint ToEndPoint() => new UnixDomainSocketEndPoint(Path);

        public override string ToString() => $"unix:{Path}";
    }

    /// <param name="Port">0: any free one, for tests.</param>
    public sealed record Inet(IPAddress Address, int Port) : EndpointAddress
    {
        public bool IsLoopback => IPAddress.IsLoopback(Address);

        public override EndPoint ToEndPoint() => new IPEndPoint(Address, Port);

        public override string ToString() => $"inet:{new IPEndPoint(Address, Port)}";
    }
}
