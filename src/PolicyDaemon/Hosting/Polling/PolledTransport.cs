using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace PolicyDaemon.Hosting.Polling;

/// <summary>Listens for Kestrel on some of its endpoints; their connections are read and written by a <see cref="SocketPoll"/>.</summary>
/// <param name="bind">Gives the socket of an endpoint.</param>
internal sealed class PolledTransport(IReadOnlyCollection<EndPoint> endpoints, Func<EndPoint, Socket> bind, int backlog) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoints.Contains(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = bind(endpoint);
        socket.Listen(backlog);
        return ValueTask.FromResult<IConnectionListener>(new Listener(socket));
    }

    private sealed class Listener(Socket socket) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Socket? accepted = null;
                try
                {
                    accepted = await socket.AcceptAsync(cancellationToken);
                    return new PolledConnection(accepted);
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (Exception exception) when (exception is SocketException or IOException)
                {
                    // Who wanted to connect is gone already.
                    accepted?.Dispose();
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
