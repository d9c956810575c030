using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of a policy listener, from Kestrel to <see cref="PolicySession"/>.</summary>
internal sealed class PolicyConnection(LiveRules rules, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>
    /// Connections at once over all policy listeners: Postfix opens one per smtpd process and service, a hundred processes by default.
    /// </summary>
    public const int MaxConnections = 20_000;

    private readonly ConnectionLimit limit = new(MaxConnections);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var peer = PeerName.Of(connection);
        if (!allowed.Allows(connection.RemoteEndPoint))
        {
            Refuse(connection, peer, "address is not in allow");
            return;
        }

        if (!limit.TryEnter())
        {
            Refuse(connection, peer, $"more than {MaxConnections} connections");
            return;
        }

        metrics.ConnectionOpened(PolicySession.Protocol);
        try
        {
            var stopping = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested;
            await new PolicySession(connection.Transport, peer, rules.DecideAsync, log, time).RunAsync(stopping);
        }
        finally
        {
            metrics.ConnectionClosed(PolicySession.Protocol);
            limit.Leave();
        }
    }

    private void Refuse(ConnectionContext connection, string peer, string error)
    {
        log.PeerRefused(PolicySession.Protocol, peer, error);
        connection.Abort();
    }
}
