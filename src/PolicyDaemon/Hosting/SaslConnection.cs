using Microsoft.AspNetCore.Connections;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Wire.DovecotAuth;

namespace PolicyDaemon.Hosting;

/// <summary>One accepted connection of a SASL listener, from Kestrel to <see cref="AuthClientSession"/>.</summary>
internal sealed class SaslConnection(
    LiveRules rules, AuthInstance instance, AllowedPeers allowed, DaemonLog log, DaemonMetrics metrics, TimeProvider time) : ConnectionHandler
{
    /// <summary>Connections at once over all SASL listeners: one for each smtpd process of Postfix, and each login process of Dovecot, which may be one per client.</summary>
    public const int MaxConnections = 20_000;

    private readonly ConnectionGate gate = new(AuthClientSession.Protocol, MaxConnections, allowed, log, metrics);

    public override Task OnConnectedAsync(ConnectionContext connection) => gate.PassAsync(connection, ServeAsync);

    private async Task ServeAsync(ConnectionContext connection, string peer, CancellationToken stopping)
    {
        using var session = new AuthClientSession(connection.Transport, peer, instance, rules.AuthenticateAsync, log, time);
        await session.RunAsync(stopping);
    }
}
