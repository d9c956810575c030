using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Configuration;
using PolicyDaemon.Hosting.Polling;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Hosting;

/// <summary>A connection that we make: a socket with a pipe around it.</summary>
internal sealed class SocketConnection : IPipeConnection
{
    /// <summary>Most messages go out in one piece.</summary>
    private const int OutputBytes = 16 * 1024;

    private readonly NetworkStream stream;

    private SocketConnection(Socket socket)
    {
        stream = new NetworkStream(socket, ownsSocket: true);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: OutputBytes, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <exception cref="IOException">Nobody listens there, or we may not connect.</exception>
    public static async ValueTask<IPipeConnection> ConnectAsync(EndpointAddress address, CancellationToken cancellationToken) =>
        new SocketConnection(await OpenAsync(address, cancellationToken));

    /// <summary>The same, read and written by a <see cref="SocketPoll"/>: for sessions that never block.</summary>
    /// <exception cref="IOException">Nobody listens there, or we may not connect.</exception>
    public static async ValueTask<IPipeConnection> ConnectPolledAsync(EndpointAddress address, CancellationToken cancellationToken)
    {
        // For a TCP connection the runtime waits, and then goes on to hear of all that comes over it.
        var socket = await OpenAsync(address, cancellationToken);
        return address is EndpointAddress.Unix ? new PolledPipes(new PolledStream(socket)) : new SocketConnection(socket);
    }

    private static async ValueTask<Socket> OpenAsync(EndpointAddress address, CancellationToken cancellationToken)
    {
        var endpoint = address.ToEndPoint();
        var protocol = endpoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"{address}: {exception.Message}", exception);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
