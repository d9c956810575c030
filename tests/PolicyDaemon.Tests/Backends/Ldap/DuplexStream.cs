using System.IO.Pipelines;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>One end of a connection inside the process.</summary>
internal sealed class DuplexStream(Stream input, Stream output) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="unread">Octets on their way at most. With 1 a write ends when it has been read, so that the other end reads the very pieces that were written.</param>
    public static (Stream Client, Stream Server) CreatePair(int unread = 1)
    {
        var options = new PipeOptions(pauseWriterThreshold: unread, resumeWriterThreshold: unread, useSynchronizationContext: false);
        Pipe toServer = new(options), toClient = new(options);
        return (
            new DuplexStream(toClient.Reader.AsStream(), toServer.Writer.AsStream()),
            new DuplexStream(toServer.Reader.AsStream(), toClient.Writer.AsStream()));
    }

    public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        input.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        output.WriteAsync(buffer, cancellationToken);

    public override void Flush() => output.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
            output.Dispose();
        }

        base.Dispose(disposing);
    }
}
