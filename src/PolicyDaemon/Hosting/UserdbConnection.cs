using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of a userdb listener, from Kestrel to <see cref="AuthMasterSession"/>.</summary>
internal sealed class UserdbConnection(
    LiveRules rules, AuthInstance instance, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>Connections at once over all userdb listeners: Dovecot opens one per mail process, and one per login.</summary>
    public const int MaxConnections = 20_000;

    private readonly ConnectionGate gate = new(AuthMasterSession.Protocol, MaxConnections, allowed, log, metrics);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(connection, ServeAsync);

    private async Task ServeAsync(ConnectionContext connection, string peer, CancellationToken stopping)
    {
        using var session = new AuthMasterSession(connection.Transport, peer, instance, () => rules.Userdb, static _ => 0, log, time);
        await session.RunAsync(stopping);
    }
}
