using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>Serves one accepted connection to its end.</summary>
/// <param name="peer">What the log calls the other end.</param>
/// <param name="stopping">The daemon stops.</param>
internal delegate Task Serve(ConnectionContext connection, string peer, CancellationToken stopping);

/// <summary>What stands between Kestrel and the sessions of one protocol: who may connect, how many at once, and the count of both.</summary>
/// <param name="stage">When the sessions end before others at the daemon's stop; null: with all others.</param>
internal sealed class ConnectionGate(string protocol, int maxConnections, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, StopStage? stage = null)
{
    private readonly ConnectionLimit limit = new(maxConnections);

    public async Task PassAsync(ConnectionContext connection, Serve serve)
    {
        var peer = PeerName.Of(connection);
        if (!allowed.Allows(connection.RemoteEndPoint))
        {
            Refuse(connection, peer, "address is not in allow");
            return;
        }

        if (!limit.TryEnter())
        {
            Refuse(connection, peer, $"more than {maxConnections} connections");
            return;
        }

        metrics.ConnectionOpened(protocol);
        try
        {
            if (stage is not null) await stage.ServeAsync(() => serve(connection, peer, stage.Stopping));
            else await serve(connection, peer, connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested);
        }
        finally
        {
            metrics.ConnectionClosed(protocol);
            limit.Leave();
        }
    }

    private void Refuse(ConnectionContext connection, string peer, string error)
    {
        log.PeerRefused(protocol, peer, error);
        connection.Abort();
    }
}
