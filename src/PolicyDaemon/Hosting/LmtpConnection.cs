using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Ledger;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.Lmtp;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of an LMTP listener, from Kestrel to <see cref="LmtpSession"/>.</summary>
/// <param name="stage">When its sessions end at the daemon's stop.</param>
internal sealed class LmtpConnection(
    LiveRules rules, DeliveryLedger ledger, StopStage stage, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>Connections at once over all LMTP listeners, each with one to the mail store: Postfix opens twenty for one transport by default.</summary>
    public const int MaxConnections = 1000;

    private readonly ConnectionGate gate = new(LmtpSession.Protocol, MaxConnections, allowed, log, metrics, stage);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(connection, ServeAsync);

    private Task ServeAsync(ConnectionContext connection, string peer, CancellationToken stopping)
    {
        if (rules.Current.Lmtp is { } backends) return new LmtpSession(connection.Transport, peer, backends, rules.DecideAsync, ledger, log, time, ledger).RunAsync(stopping);

        // A reload took the backends away; the listener goes with a restart.
        connection.Abort();
        return Task.CompletedTask;
    }
}
