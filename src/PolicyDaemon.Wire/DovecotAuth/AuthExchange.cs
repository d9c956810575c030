using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Takes one command. Returns null, or what the peer did wrong.</summary>
internal delegate ValueTask<string?> TakeCommand<in TCommand>(TCommand command);

/// <summary>
/// One connection on which requests are worked on at the same time and answered in the order in which they are done: reads commands, runs
/// what they ask for within bounds, sends the replies. What lies unread while too much is in hand waits in the peer's socket.
/// </summary>
/// <param name="endInput">Makes what the peer writes from then on fail, and what it wrote before come to its end; null where that cannot be.</param>
internal sealed partial class AuthExchange<TCommand>(IDuplexPipe transport, AuthCodec<TCommand> codec, TimeProvider time, Action? endInput = null) : IDisposable
    where TCommand : class
{
    private readonly PipeAlarm reading = new(transport, time);
    private readonly PipeAlarm sending = new(transport, time);
    private readonly PipeAlarm quiet = new(transport, time);
    private readonly SemaphoreSlim slots = new(AuthLimits.MaxInFlight);
    private readonly ConcurrentDictionary<uint, AuthWork> inHand = new();
    private readonly CancellationTokenSource noMore = new();
    private readonly CancellationTokenSource abandoned = new();
    private readonly Channel<byte[]> replies = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(AuthLimits.MaxUnsentLines) { SingleReader = true, AllowSynchronousContinuations = true });

    private Exception? fault;

    /// <summary>The client has said its part of the handshake; until then its time is limited.</summary>
    public bool IsGreeted { get; set; }

    /// <summary>The connection ends with work in hand: it stays undone, for no fault of the request.</summary>
    public bool IsAbandoned => abandoned.IsCancellationRequested;

    /// <summary>Serves the connection to its end.</summary>
    /// <param name="stopping">
    /// The daemon stops. Dovecot 2.3 makes a wrong password of a connection that ends under a login, so commands are still taken until none came for
    /// <see cref="AuthLimits.QuietTime"/>, within <see cref="AuthLimits.LastRequestTime"/>, and answered within <see cref="AuthLimits.DrainTime"/>.
    /// </param>
    /// <param name="farewell">Says what is still to be said when the daemon stops.</param>
    /// <returns>Null for a normal end, else what the peer did wrong.</returns>
    /// <exception cref="Exception">Whatever a piece of work threw: our mistake.</exception>
    public async Task<string?> RunAsync(byte[] handshake, TakeCommand<TCommand> take, CancellationToken stopping, Func<ValueTask>? farewell = null)
    {
        using var whenStopping = stopping.UnsafeRegister(static state => ((AuthExchange<TCommand>)state!).Leave(), this);
        await SendAsync(handshake);
        var sender = SendAllAsync();
        string? error;
        try
        {
            error = await TakeAllAsync(take);
            if (isLeaving && error is null && farewell is not null) await farewell();
        }
        finally
        {
            await abandoned.CancelAsync();
            await Task.WhenAll(inHand.Values.Select(work => work.Ended));
            replies.Writer.TryComplete();
            await sender;
        }

        return fault is null ? error ?? (sending.IsOver ? "reply not taken in time" : null) : throw new AuthWorkException(fault);
    }

    /// <summary>Works on one request, beside the others.</summary>
    /// <param name="work">Given the token that ends with the connection, or with <see cref="TryCancel"/>.</param>
    /// <returns>False when a request of this id is in hand already.</returns>
    public async ValueTask<bool> TryStartAsync(uint id, Func<CancellationToken, Task> work)
    {
        await slots.WaitAsync(noMore.Token);
        var begun = new AuthWork(abandoned.Token);
        if (!inHand.TryAdd(id, begun))
        {
            begun.Dispose();
            slots.Release();
            return false;
        }

        _ = WorkAsync(id, begun, work);
        return true;
    }

    public bool IsInHand(uint id) => inHand.ContainsKey(id);

    /// <summary>Ends the work on a request. It may still be answered.</summary>
    /// <returns>False when there is none of this id.</returns>
    public bool TryCancel(uint id)
    {
        if (!inHand.TryGetValue(id, out var work)) return false;
        work.Cancel();
        return true;
    }

    /// <summary>Queues a reply; waits while the peer takes none. When the connection ends, it is dropped.</summary>
    public async ValueTask SendAsync(byte[] line)
    {
        while (!replies.Writer.TryWrite(line))
        {
            if (!await replies.Writer.WaitToWriteAsync(abandoned.Token)) return;
        }
    }

    /// <summary>Ends the connection when what was answered so far is sent; what is still in hand stays unanswered.</summary>
    public void CloseAfterReplies()
    {
        replies.Writer.TryComplete();
        TakeNoMore();
    }

    public void Dispose()
    {
        reading.End();
        sending.End();
        quiet.End();
        slots.Dispose();
        noMore.Dispose();
        abandoned.Dispose();
    }

    private async Task WorkAsync(uint id, AuthWork begun, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(begun.Token);
        }
        catch (OperationCanceledException) when (begun.Token.IsCancellationRequested || abandoned.IsCancellationRequested)
        {
            // Nobody waits for this answer any more.
        }
        catch (Exception exception)
        {
            fault ??= exception;
            CloseAfterReplies();
        }
        finally
        {
            inHand.TryRemove(id, out _);
            slots.Release();
            begun.End();
        }
    }

    private void TakeNoMore()
    {
        noMore.Cancel();
        transport.Input.CancelPendingRead();
    }

    private async ValueTask<string?> TakeAllAsync(TakeCommand<TCommand> take)
    {
        reading.Set(AuthLimits.HandshakeTime);
        while (!noMore.IsCancellationRequested)
        {
            ReadResult read;
            try
            {
                if (isLeaving) quiet.SetAgain(AuthLimits.QuietTime);
                read = await transport.Input.ReadAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                return null;
            }

            var (rest, error) = await TakeAllAsync(read.Buffer, take);
            transport.Input.AdvanceTo(rest.Start, rest.End);
            if (error is not null) return error;
            if (noMore.IsCancellationRequested) return null;
            if (read.IsCompleted && isInputEnded) await FinishAsync();
            if (read.IsCompleted) return codec.HasPart && !isInputEnded ? "connection closed within a line" : null;
            if (reading.IsOver) return IsGreeted ? "line not complete in time" : "no handshake in time";
            if (isLeaving && HasLeft()) return null;
            if (codec.HasPart) reading.Set(AuthLimits.LineTime);
        }

        return null;
    }

    /// <returns>What is left of the input, and what the peer did wrong.</returns>
    private async ValueTask<(ReadOnlySequence<byte> Left, string? Error)> TakeAllAsync(ReadOnlySequence<byte> input, TakeCommand<TCommand> take)
    {
        while (!noMore.IsCancellationRequested && codec.Read(ref input, out var command) == AuthReadStatus.Command)
        {
            try
            {
                if (await take(command!) is { } error) return (input, error);
            }
            catch (OperationCanceledException) when (noMore.IsCancellationRequested)
            {
                break;
            }

            if (IsGreeted) reading.Clear();
        }

        return (input, codec.IsMalformed ? codec.Error : null);
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (await replies.Reader.WaitToReadAsync())
            {
                while (transport.Output.UnflushedBytes < AuthLimits.MaxUnsentBytes && replies.Reader.TryRead(out var line)) transport.Output.Write(line);
                if (!await TryFlushAsync()) break;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The peer is gone.
        }

        replies.Writer.TryComplete();
        TakeNoMore();
    }

    /// <returns>False when the peer takes nothing any more.</returns>
    private async ValueTask<bool> TryFlushAsync()
    {
        FlushResult flushed;
        do
        {
            var flushing = transport.Output.FlushAsync(CancellationToken.None);
            if (!flushing.IsCompleted) sending.Set(AuthLimits.LineTime);
            flushed = await flushing;
            if (sending.IsOver) return false;
        }
        while (flushed.IsCanceled);

        sending.Clear();
        return !flushed.IsCompleted;
    }
}
