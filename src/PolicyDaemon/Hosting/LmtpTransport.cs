using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PolicyDaemon.Hosting;

/// <summary>
/// The sockets of the LMTP listeners. A session goes on in the thread that found something to read, and not in another one that must be woken for it: its messages wait for
/// Postfix, the mail store and the disk in turn, so that most of what a message costs is such changes. Sessions never block their thread.
/// </summary>
internal sealed class LmtpTransport(IReadOnlyCollection<EndPoint> endpoints, SocketTransportOptions options, ILoggerFactory logging)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory sockets = new(Options.Create(options), logging);

    public bool CanBind(EndPoint endpoint) => endpoints.Contains(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => sockets.BindAsync(endpoint, cancellationToken);
}
