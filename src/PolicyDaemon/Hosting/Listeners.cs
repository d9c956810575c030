using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>The endpoints of the configuration, as Kestrel listens on them.</summary>
internal sealed class Listeners(Configuration.ListenOptions listen)
{
    /// <summary>Connections that may wait to be accepted: a burst of smtpd processes after a restart.</summary>
    public const int Backlog = 4096;

    /// <summary>What is listened on, as the configuration spells it.</summary>
    public IEnumerable<(string Protocol, EndpointAddress Endpoint)> All =>
        [.. listen.Policy.Select(endpoint => (PolicySession.Protocol, endpoint)), ("admin", listen.Admin)];

    /// <summary>Makes room for the sockets' files.</summary>
    /// <exception cref="IOException">Somebody else listens there, or the directory cannot be used.</exception>
    public void Prepare()
    {
        foreach (var path in UnixPaths) UnixSocketFile.Prepare(path);
    }

    public void Configure(KestrelServerOptions kestrel, DaemonLog log)
    {
        kestrel.AddServerHeader = false;
        foreach (var endpoint in listen.Policy) Listen(kestrel, endpoint, options => options.UseConnectionHandler<PolicyConnection>());
        Listen(kestrel, listen.Admin, options => AdminListener.Configure(options, log));
    }

    /// <summary>Lets the sockets' group connect, and says where we listen.</summary>
    public void Announce(DaemonLog log)
    {
        foreach (var path in UnixPaths) UnixSocketFile.Open(path);
        foreach (var (protocol, endpoint) in All) log.Listening(protocol, endpoint.ToString());
    }

    private IEnumerable<string> UnixPaths => All.Select(listener => listener.Endpoint).OfType<EndpointAddress.Unix>().Select(unix => unix.Path);

    private static void Listen(KestrelServerOptions kestrel, EndpointAddress endpoint, Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> configure)
    {
        switch (endpoint)
        {
            case EndpointAddress.Unix unix:
                kestrel.ListenUnixSocket(unix.Path, configure);
                break;
            case EndpointAddress.Inet inet:
                kestrel.Listen(new IPEndPoint(inet.Address, inet.Port), configure);
                break;
            default:
                throw new ArgumentException($"{endpoint} is neither unix nor inet", nameof(endpoint));
        }
    }
}
