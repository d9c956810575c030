using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using PolicyDaemon.Admin;
using PolicyDaemon.Configuration;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.DovecotAuth;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>The endpoints of the configuration, as Kestrel listens on them.</summary>
internal sealed class Listeners(Configuration.ListenOptions listen)
{
    /// <summary>Connections that may wait to be accepted: a burst of smtpd processes after a restart.</summary>
    public const int Backlog = 4096;

    /// <summary>What is listened on, as the configuration spells it.</summary>
    public IEnumerable<(string Protocol, EndpointAddress Endpoint)> All =>
    [
        .. listen.Policy.Select(endpoint => (PolicySession.Protocol, endpoint)),
        .. listen.Sasl.Select(endpoint => (AuthClientSession.Protocol, endpoint)),
        .. listen.Userdb.Select(endpoint => (AuthMasterSession.Protocol, endpoint)),
        ("admin", listen.Admin),
    ];

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
        foreach (var endpoint in listen.Sasl) Listen(kestrel, endpoint, options => options.UseConnectionHandler<SaslConnection>());
        foreach (var endpoint in listen.Userdb) Listen(kestrel, endpoint, options => options.UseConnectionHandler<UserdbConnection>());
        Listen(kestrel, listen.Admin, options => AdminListener.Configure(options, log));
    }

    /// <summary>Opens one socket; that of a unix listener is open to its group from the start.</summary>
    /// <exception cref="IOException">It cannot be opened; the message names the endpoint.</exception>
    public static Socket Bind(EndPoint endpoint)
    {
        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (endpoint is UnixDomainSocketEndPoint) UnixSocketFile.Open(endpoint.ToString()!);
            return socket;
        }
        catch (SocketException exception)
        {
            var name = endpoint is UnixDomainSocketEndPoint ? $"unix:{endpoint}" : $"inet:{endpoint}";
            throw new IOException($"cannot listen on {name}: {exception.Message}", exception);
        }
    }

    /// <summary>Says where we listen.</summary>
    public void Announce(DaemonLog log)
    {
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
