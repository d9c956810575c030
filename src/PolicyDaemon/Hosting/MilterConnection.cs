using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Engine;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.Milter;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of a milter listener, from Kestrel to <see cref="MilterSession"/>.</summary>
/// <param name="charged">What the policy protocol was asked just before.</param>
/// <param name="stage">When its sessions end at the daemon's stop.</param>
internal sealed class MilterConnection(
    LiveRules rules, ChargedRecipients charged, StopStage stage, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>Connections at once over all milter listeners: Postfix opens one for each SMTP session, and one for each message of sendmail(1).</summary>
    public const int MaxConnections = 20_000;

    private readonly ConnectionGate gate = new(MilterSession.Protocol, MaxConnections, allowed, log, metrics, stage);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(
        connection,
        (accepted, peer, stopping) =>
            new MilterSession(accepted.Transport, peer, DecideAsync, () => rules.Current.MilterNeeds, log, time).RunAsync(stopping));

    private ValueTask<Decision> DecideAsync(MailRequest request, CancellationToken cancellationToken) =>
        rules.DecideAsync(charged.Name(request), cancellationToken);
}
