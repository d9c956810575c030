using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Http;

/// <summary>Who is at the other end of a connection of <c>listen.http</c>, as the log calls it.</summary>
internal sealed record HttpPeer(string Name);

/// <summary>Makes a Kestrel endpoint one of <c>listen.http</c>: HTTP/1.1, from who may reach inet listeners.</summary>
internal static class HttpFront
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "http";

    /// <summary>Connections at once; a few programs ask every few seconds.</summary>
    public const int MaxConnections = 64;

    /// <returns>What to configure each of the endpoints with.</returns>
    public static Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> Open(AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics)
    {
        var gate = new ConnectionGate(Protocol, MaxConnections, allowed, log, metrics);
        return endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => gate.PassAsync(connection, (accepted, peer, _) => ServeAsync(accepted, peer, next)));
        };
    }

    private static Task ServeAsync(ConnectionContext connection, string peer, ConnectionDelegate next)
    {
        connection.Features.Set(new HttpPeer(peer));
        return next(connection);
    }
}
