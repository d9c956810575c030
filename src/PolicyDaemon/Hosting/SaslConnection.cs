using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
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

    /// <summary>
    /// Of a unix socket: what the peer writes from now on fails at once, so that it asks the next daemon; what it has written is still read. Of TCP there is no such thing.
    /// </summary>
    private static Action? EndOfInput(ConnectionContext connection) =>
        connection.LocalEndPoint is UnixDomainSocketEndPoint && connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? () => End(socket) : null;

    private static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer has gone by itself.
        }
    }

    private async Task ServeAsync(ConnectionContext connection, string peer, CancellationToken stopping)
    {
        using var session = new AuthClientSession(connection.Transport, peer, instance, rules.AuthenticateAsync, log, time, EndOfInput(connection));
        await session.RunAsync(stopping);
    }
}
