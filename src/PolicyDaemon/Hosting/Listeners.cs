using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using PolicyDaemon.Admin;
using PolicyDaemon.AuthHttp;
using PolicyDaemon.Configuration;
using PolicyDaemon.Hosting.Polling;
using PolicyDaemon.Hosting.Systemd;
using PolicyDaemon.Http;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.DovecotAuth;
using PolicyDaemon.Wire.Lmtp;
using PolicyDaemon.Wire.Milter;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>The endpoints of the configuration, as Kestrel listens on them.</summary>
/// <param name="handedOver">Those of them that are open already.</param>
internal sealed class Listeners(Configuration.ListenOptions listen, HandedOverSockets handedOver)
{
    /// <summary>Connections that may wait to be accepted: a burst of smtpd processes after a restart.</summary>
    public const int Backlog = 4096;

    /// <summary>What of a peer lies unread in the daemon, for each connection: with many messages in transfer most of the daemon's memory.</summary>
    public const int MaxUnreadBytes = 128 * 1024;

    private readonly Dictionary<EndPoint, Socket> open = [];
    private IReadOnlyList<EndPoint> ours = [];

    /// <summary>What is listened on, as the configuration spells it.</summary>
    public IEnumerable<(string Protocol, EndpointAddress Endpoint)> All =>
    [
        .. listen.Policy.Select(endpoint => (PolicySession.Protocol, endpoint)),
        .. listen.Milter.Select(endpoint => (MilterSession.Protocol, endpoint)),
        .. listen.Sasl.Select(endpoint => (AuthClientSession.Protocol, endpoint)),
        .. listen.Userdb.Select(endpoint => (AuthMasterSession.Protocol, endpoint)),
        .. listen.Lmtp.Select(endpoint => (LmtpSession.Protocol, endpoint)),
        .. listen.Http.Select(endpoint => (HttpFront.Protocol, endpoint)),
        .. AuthHttp.Select(endpoint => (AuthHttpListener.Protocol, endpoint)),
        ("admin", listen.Admin),
    ];

    /// <summary>Makes room for the files of the sockets that are ours to open.</summary>
    /// <exception cref="IOException">Somebody else listens there, the directory cannot be used, or a socket was handed over that is none of these.</exception>
    public void Prepare()
    {
        var endpoints = All.Select(listener => listener.Endpoint.ToEndPoint()).ToList();
        handedOver.EnsureAllAmong(endpoints);
        ours = [.. endpoints.Where(endpoint => !handedOver.Has(endpoint))];
        foreach (var unix in ours.OfType<UnixDomainSocketEndPoint>()) UnixSocketFile.Prepare(unix.ToString());
    }

    public void Configure(KestrelServerOptions kestrel, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics)
    {
        kestrel.AddServerHeader = false;
        var authHttp = AuthHttpListener.Open(log, metrics);
        foreach (var endpoint in AuthHttp) Listen(kestrel, endpoint, authHttp);
        var http = HttpFront.Open(allowed, log, metrics);
        foreach (var endpoint in listen.Http) Listen(kestrel, endpoint, http);
        foreach (var endpoint in listen.Policy) Listen(kestrel, endpoint, options => options.UseConnectionHandler<PolicyConnection>());
        foreach (var endpoint in listen.Milter) Listen(kestrel, endpoint, options => options.UseConnectionHandler<MilterConnection>());
        foreach (var endpoint in listen.Sasl) Listen(kestrel, endpoint, options => options.UseConnectionHandler<SaslConnection>());
        foreach (var endpoint in listen.Userdb) Listen(kestrel, endpoint, options => options.UseConnectionHandler<UserdbConnection>());
        foreach (var endpoint in listen.Lmtp) Listen(kestrel, endpoint, options => options.UseConnectionHandler<LmtpConnection>());
        Listen(kestrel, listen.Admin, options => AdminListener.Configure(options, log));
    }

    public void Configure(SocketTransportOptions sockets)
    {
        sockets.Backlog = Backlog;
        sockets.MaxReadBufferSize = MaxUnreadBytes;
        sockets.CreateBoundListenSocket = Bind;
    }

    /// <summary>A message waits for Postfix, the mail store and the disk in turn, so that most of what it costs is the change from thread to thread; here there are fewer of them.</summary>
    public PolledTransport OpenLmtp() => new([.. listen.Lmtp.Select(endpoint => endpoint.ToEndPoint())], Bind, Backlog);

    /// <summary>
    /// The socket of an endpoint: as it was handed over, or opened now, and then that of a unix listener is open to its group from the start.
    /// </summary>
    /// <exception cref="IOException">It cannot be opened; the message names the endpoint.</exception>
    public Socket Bind(EndPoint endpoint) => open[endpoint] = handedOver.TryTake(endpoint) ?? Open(endpoint);

    /// <summary>Takes no more connections there. Those that come wait, if the service manager holds the socket; else nobody is there for them.</summary>
    public void Close(IEnumerable<EndpointAddress> endpoints)
    {
        // Kestrel takes a socket that is gone for the end of its listener.
        foreach (var endpoint in endpoints) open[endpoint.ToEndPoint()].Dispose();
    }

    /// <summary>Says where we listen.</summary>
    public void Announce(DaemonLog log)
    {
        foreach (var (protocol, endpoint) in All) log.Listening(protocol, endpoint.ToString(), isHandedOver: !ours.Contains(endpoint.ToEndPoint()));
    }

    private IReadOnlyList<EndpointAddress> AuthHttp => listen.AuthHttp?.Endpoints ?? [];

    private static Socket Open(EndPoint endpoint)
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

    private static void Listen(KestrelServerOptions kestrel, EndpointAddress endpoint, Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> configure)
    {
        if (endpoint is EndpointAddress.Unix unix) kestrel.ListenUnixSocket(unix.Path, configure);
        else kestrel.Listen((IPEndPoint)endpoint.ToEndPoint(), configure);
    }
}
