using Microsoft.AspNetCore.Connections;
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

    private readonly ConnectionGate gate = new(PolicySession.Protocol, MaxConnections, allowed, log, metrics);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(
        connection,
        (accepted, peer, stopping) => new PolicySession(accepted.Transport, peer, rules.DecideAsync, log, time).RunAsync(stopping));
}
