using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PolicyDaemon.Hosting.Polling;

/// <summary>A connected socket as a stream for one reader and one writer, who go on in the thread of a <see cref="SocketPoll"/>.</summary>
internal sealed partial class PolledStream : Stream
{
    /// <summary>EAGAIN, EINTR, MSG_NOSIGNAL.</summary>
    private const int WouldBlock = 11;
    private const int Interrupted = 4;
    private const int NoSignal = 0x4000;

    /// <summary>So often a reader that never has to wait goes on in this thread; then it makes room for the others.</summary>
    private const int MostAtOnce = 16;

    private readonly Socket socket;
    private readonly int descriptor;
    private readonly SocketPoll poll = SocketPoll.Next;
    private readonly Readiness input = new();
    private readonly Readiness output = new();
    private int isClosed;
    private int readsAtOnce;

    /// <param name="socket">Not used in another way before. Closed with the stream.</param>
    public PolledStream(Socket socket)
    {
        this.socket = socket;
        socket.Blocking = false;
        descriptor = (int)socket.Handle;
        poll.Watch(descriptor, this);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Continue(bool isReadable, bool isWritable)
    {
        if (isWritable) output.Signal();
        if (isReadable) input.Signal();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (++readsAtOnce > MostAtOnce)
        {
            readsAtOnce = 0;
            await Task.Yield();
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = isClosed == 0 ? socket.Receive(buffer.Span, SocketFlags.None, out var error) : Closed(out error);
            if (error == SocketError.Success) return read;
            if (error != SocketError.WouldBlock) throw Failure(error);
            await input.WaitAsync(cancellationToken);
            readsAtOnce = 0;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isWatched = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            buffer = buffer[Send(buffer.Span)..];
            if (buffer.IsEmpty) break;
            if (!isWatched) poll.Watch(descriptor, isWatched = true);
            await output.WaitAsync(cancellationToken);
        }

        if (isWatched) poll.Watch(descriptor, isWriting: false);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref isClosed, 1) == 0)
        {
            poll.Forget(descriptor);
            socket.Dispose();

            // Who still waits finds it closed.
            Continue(isReadable: true, isWritable: true);
        }

        base.Dispose(disposing);
    }

    /// <summary>As much as the socket takes now. The runtime's own does not say how much that was when it was not all.</summary>
    private int Send(ReadOnlySpan<byte> octets)
    {
        if (isClosed != 0) throw Failure(SocketError.OperationAborted);
        var sent = 0;
        while (sent < octets.Length)
        {
            var count = Send(socket.SafeHandle, octets[sent..], octets.Length - sent, NoSignal);
            if (count >= 0)
            {
                sent += (int)count;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == WouldBlock) break;
            if (error != Interrupted) throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }

        return sent;
    }

    private static int Closed(out SocketError error)
    {
        error = SocketError.OperationAborted;
        return 0;
    }

    private static IOException Failure(SocketError error)
    {
        SocketException exception = new((int)error);
        return new IOException(exception.Message, exception);
    }

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeHandle socket, ReadOnlySpan<byte> octets, nint count, int flags);
}
