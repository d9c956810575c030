using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Engine;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.PostfixPolicy;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of a policy listener, from Kestrel to <see cref="PolicySession"/>.</summary>
/// <param name="charged">Where a milter looks what was charged here; null: there is no milter.</param>
internal sealed class PolicyConnection(LiveRules rules, ChargedRecipients? charged, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>
    /// Connections at once over all policy listeners: Postfix opens one per smtpd process and service, a hundred processes by default.
    /// </summary>
    public const int MaxConnections = 20_000;

    private readonly ConnectionGate gate = new(PolicySession.Protocol, MaxConnections, allowed, log, metrics);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(
        connection,
        (accepted, peer, stopping) => new PolicySession(accepted.Transport, peer, charged is null ? rules.DecideAsync : DecideAsync, log, time).RunAsync(stopping));

    private async ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken)
    {
        var decision = await rules.DecideAsync(request, cancellationToken);
        charged!.Note(request, decision);
        return decision;
    }
}
