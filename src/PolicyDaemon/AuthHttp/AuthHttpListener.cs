using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.AuthHttp;

/// <summary>Who is at the other end of a connection of <c>listen.authHttp</c>, as the log calls it.</summary>
internal sealed record AuthHttpPeer(string Name);

/// <summary>Makes a Kestrel endpoint one of <c>listen.authHttp</c>: HTTP/1.1 from this machine, whatever <c>allow</c> says.</summary>
internal static class AuthHttpListener
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "authHttp";

    /// <summary>Connections at once over all of these listeners: Dovecot has one for each auth-worker, and up to 100 of its auth process.</summary>
    public const int MaxConnections = 1024;

    /// <returns>What to configure each of the endpoints with.</returns>
    public static Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> Open(DaemonLog log, DaemonMetrics metrics)
    {
        var gate = new ConnectionGate(Protocol, MaxConnections, new AllowedPeers(static () => []), log, metrics);
        return endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => gate.PassAsync(connection, (accepted, peer, _) => ServeAsync(accepted, peer, next)));
        };
    }

    private static Task ServeAsync(ConnectionContext connection, string peer, ConnectionDelegate next)
    {
        connection.Features.Set(new AuthHttpPeer(peer));
        return next(connection);
    }
}
