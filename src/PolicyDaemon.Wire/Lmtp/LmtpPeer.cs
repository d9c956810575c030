using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Lmtp;

/// <summary>Why there is no further command or content.</summary>
internal enum PeerEnd
{
    /// <summary>It closed, or takes no replies.</summary>
    Gone,
    TooLong,
    NotInTime,
    Stopping,
}

/// <summary>The connection of Postfix: its commands, its content, our replies.</summary>
/// <param name="stopping">The daemon stops: no further command is taken.</param>
internal sealed class LmtpPeer(IDuplexPipe transport, TimeProvider time, CancellationToken stopping) : IDisposable
{
    private readonly PipeAlarm alarm = new(transport, time);
    private readonly CancellationTokenSource drained = new(Timeout.InfiniteTimeSpan, time);
    private CancellationTokenRegistration whenDrained;
    private bool isGone;

    /// <summary>Why nothing came.</summary>
    public PeerEnd End { get; private set; }

    /// <summary>The daemon stops.</summary>
    public bool IsStopping => stopping.IsCancellationRequested;

    /// <summary>Puts a reply behind those that wait to be sent.</summary>
    public void Say(LmtpReply reply)
    {
        if (!isGone) reply.Write(transport.Output);
    }

    /// <summary>The daemon stops: whoever waits for Postfix looks up.</summary>
    public void Stop()
    {
        whenDrained = drained.Token.UnsafeRegister(_ => transport.Input.CancelPendingRead(), null);
        drained.CancelAfter(LmtpLimits.DrainTime);
        transport.Input.CancelPendingRead();
    }

    /// <summary>The next command, as Latin-1 without its CRLF; a line without CR has its LF. Replies are sent before it is waited for.</summary>
    /// <returns>Null: there is none, see <see cref="End"/>.</returns>
    public async ValueTask<string?> ReadCommandAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            if (!transport.Input.TryRead(out var read))
            {
                if (!await SendAsync()) return null;
                alarm.Set(LmtpLimits.PeerTime);
                if (await ReadAsync() is not { } waited) return null;
                read = waited;
            }

            if (FindLine(read.Buffer) is { } line) return line;
            if (read.Buffer.Length >= LmtpLimits.MaxCommandBytes) return Ended(PeerEnd.TooLong);
            transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) return Ended(PeerEnd.Gone);
            if (alarm.IsOver) return Ended(PeerEnd.NotInTime);
        }

        return Ended(PeerEnd.Stopping);
    }

    /// <summary>The next command that has come already, as <see cref="ReadCommandAsync"/> gives it; null: none has, not all of it.</summary>
    public string? TryReadCommand()
    {
        if (stopping.IsCancellationRequested || !transport.Input.TryRead(out var read)) return null;
        if (FindLine(read.Buffer) is { } line) return line;
        transport.Input.AdvanceTo(read.Buffer.Start);
        return null;
    }

    /// <summary>The next octets of the content; to be followed by <see cref="Take"/>.</summary>
    /// <returns>Null: there are none, see <see cref="End"/>.</returns>
    public async ValueTask<ReadOnlySequence<byte>?> ReadContentAsync()
    {
        while (!drained.IsCancellationRequested)
        {
            alarm.Set(LmtpLimits.PeerTime);
            if (await ReadAsync() is not { } read) return null;
            if (!read.Buffer.IsEmpty)
            {
                alarm.Clear();
                return read.Buffer;
            }

            transport.Input.AdvanceTo(read.Buffer.Start);
            if (read.IsCompleted) return Gone();
            if (alarm.IsOver)
            {
                End = PeerEnd.NotInTime;
                return null;
            }
        }

        End = PeerEnd.Stopping;
        return null;
    }

    public void Take(SequencePosition used) => transport.Input.AdvanceTo(used);

    /// <summary>Sends the replies that wait.</summary>
    /// <returns>False when Postfix takes nothing any more.</returns>
    public async ValueTask<bool> SendAsync()
    {
        if (isGone) return false;
        if (transport.Output.UnflushedBytes == 0) return true;
        alarm.Set(LmtpLimits.PeerTime);
        try
        {
            var flushed = await transport.Output.FlushAsync(CancellationToken.None);
            isGone = flushed.IsCompleted || alarm.IsOver;
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            isGone = true;
        }

        alarm.Clear();
        if (isGone) End = PeerEnd.Gone;
        return !isGone;
    }

    public bool HasUnsent => !isGone && transport.Output.UnflushedBytes > 0;

    public bool HasMuchUnsent => !isGone && transport.Output.UnflushedBytes >= LmtpLimits.MaxUnsentBytes;

    public void Dispose()
    {
        alarm.End();
        whenDrained.Dispose();
        drained.Dispose();
    }

    private async ValueTask<ReadResult?> ReadAsync()
    {
        try
        {
            return await transport.Input.ReadAsync(CancellationToken.None);
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            isGone = true;
            End = PeerEnd.Gone;
            return null;
        }
    }

    private string? FindLine(ReadOnlySequence<byte> buffer)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end || buffer.Slice(0, end).Length >= LmtpLimits.MaxCommandBytes) return null;
        alarm.Clear();
        var next = buffer.GetPosition(1, end);
        var line = Encoding.Latin1.GetString(buffer.Slice(0, next));
        transport.Input.AdvanceTo(next);
        return line.EndsWith("\r\n", StringComparison.Ordinal) ? line[..^2] : line;
    }

    private string? Ended(PeerEnd end)
    {
        End = end;
        return null;
    }

    private ReadOnlySequence<byte>? Gone()
    {
        (isGone, End) = (true, PeerEnd.Gone);
        return null;
    }

    private static bool IsPeerGone(Exception exception) => exception is IOException or OperationCanceledException;
}
