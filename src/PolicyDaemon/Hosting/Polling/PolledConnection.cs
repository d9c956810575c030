using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Hosting.Polling;

/// <summary>An accepted connection.</summary>
internal sealed class PolledConnection : DefaultConnectionContext, IConnectionSocketFeature
{
    private readonly PolledStream stream;

    /// <exception cref="SocketException">The peer is gone.</exception>
    public PolledConnection(Socket socket)
    {
        Socket = socket;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        stream = new PolledStream(socket);
        Transport = new PolledPipes(stream);
        Features.Set<IConnectionSocketFeature>(this);
    }

    public Socket Socket { get; }

    public override void Abort(ConnectionAbortedException abortReason) => stream.Dispose();

    public override ValueTask DisposeAsync()
    {
        stream.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>A stream with a pipe around each direction.</summary>
internal sealed class PolledPipes(PolledStream stream) : IPipeConnection
{
    /// <summary>Most messages come, and go on, in one piece.</summary>
    private const int BufferBytes = 16 * 1024;

    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));

    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes, leaveOpen: true));

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
