using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Admin;

/// <summary>Makes a Kestrel endpoint an admin socket: HTTP/1.1 from peers that the kernel has named.</summary>
internal static class AdminListener
{
    /// <summary>Connections at once; a command line uses one for a moment.</summary>
    public const int MaxConnections = 64;

    public static void Configure(ListenOptions endpoint, DaemonLog log)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        var open = 0;
        endpoint.Use(next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref open) > MaxConnections)
                {
                    log.PeerRefused("admin", "unix", $"more than {MaxConnections} connections at once");
                    connection.Abort();
                }
                else if (TryIdentify(connection, log))
                {
                    await next(connection);
                }
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        });
    }

    /// <summary>A connection whose peer is unknown is not served: an order must have an author.</summary>
    private static bool TryIdentify(ConnectionContext connection, DaemonLog log)
    {
        try
        {
            if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
            {
                connection.Features.Set(AdminPeer.Of(feature.Socket));
                return true;
            }
        }
        catch (SocketException exception)
        {
            log.PeerRefused("admin", "unix", $"the peer's user is unknown: {exception.Message}");
        }

        connection.Abort();
        return false;
    }
}
