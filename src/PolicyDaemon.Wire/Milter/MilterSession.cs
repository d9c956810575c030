using System.Buffers;
using System.IO.Pipelines;
using PolicyDaemon.Engine;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.Milter;

/// <summary>
/// One milter connection: that of one SMTP session with Postfix, over all its messages. It is never closed from here between two messages,
/// for Postfix would apply its <c>milter_default_action</c> to the rest of the session.
/// </summary>
/// <remarks>
/// What is malformed or too slow gets no answer: one warning, and the connection ends. So does a stop of the daemon; a message in hand
/// has <see cref="MilterLimits.DrainTime"/> to be finished.
/// </remarks>
/// <param name="peer">What the log calls the other end.</param>
/// <param name="needs">What the rules of the moment need to see of a message.</param>
public sealed class MilterSession(IDuplexPipe transport, string peer, Decide decide, Func<MilterNeeds> needs, ISessionLog log, TimeProvider time)
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "milter";

    private readonly PipeAlarm alarm = new(transport, time);

    /// <summary>Serves the connection to its end, then completes both directions of the pipe. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var drained = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var whenDrained = drained.Token.UnsafeRegister(_ => transport.Input.CancelPendingRead(), null);
        using var whenStopping = stopping.UnsafeRegister(
            _ =>
            {
                drained.CancelAfter(MilterLimits.DrainTime);
                transport.Input.CancelPendingRead();
            },
            null);
        try
        {
            if (await AnswerAsync(stopping, drained.Token) is { } error) log.PeerMalformed(Protocol, peer, error);
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested)
        {
            // The daemon could not wait any longer; Postfix defers the message.
        }
        catch (Exception exception)
        {
            log.SessionFault(Protocol, peer, exception);
        }
        finally
        {
            alarm.End();
            await transport.Input.CompleteAsync();
            await transport.Output.CompleteAsync();
        }
    }

    /// <returns>Null for a normal end, else what the peer did wrong.</returns>
    private async ValueTask<string?> AnswerAsync(CancellationToken stopping, CancellationToken drained)
    {
        var conversation = new MilterConversation(
            transport.Output, Guid.NewGuid().ToString("N"), (request, token) => AnnounceAsync(decide(request, token), token), needs);

        // Whoever connects has something to say at once.
        alarm.Set(MilterLimits.PacketTime);
        while (!drained.IsCancellationRequested)
        {
            ReadResult read;
            try
            {
                read = await transport.Input.ReadAsync(CancellationToken.None);
            }
            catch (Exception exception) when (IsPeerGone(exception))
            {
                return null;
            }

            var (error, rest) = await AnswerAllAsync(conversation, read.Buffer, drained);
            transport.Input.AdvanceTo(rest.Start, rest.End);
            if (!await SendAsync(drained)) return alarm.IsOver ? "reply not taken in time" : null;

            if (error is not null) return error;
            if (conversation.IsOver) return null;
            if (read.IsCompleted) return rest.IsEmpty ? null : "connection closed within a packet";
            if (alarm.IsOver) return "packet not complete in time";
            if (!rest.IsEmpty) alarm.Set(MilterLimits.PacketTime);
            else if (stopping.IsCancellationRequested && !conversation.HasMessage) return null;
        }

        return null;
    }

    /// <summary>Answers the complete packets of the input. Those that came joined are answered together, in one flush.</summary>
    /// <returns>What is wrong with them, if anything; and what is left of the input.</returns>
    private async ValueTask<(string? Error, ReadOnlySequence<byte> Left)> AnswerAllAsync(
        MilterConversation conversation, ReadOnlySequence<byte> input, CancellationToken drained)
    {
        while (!conversation.IsOver)
        {
            var status = MilterFraming.Read(ref input, out var packet, out var error);
            if (status == MilterReadStatus.Malformed) return (error, input);
            if (status == MilterReadStatus.Incomplete) break;
            alarm.Clear();
            if (await conversation.TakeAsync(packet, drained) is { } wrong) return (wrong, input);
            if (transport.Output.UnflushedBytes >= MilterLimits.MaxUnsentBytes && !await SendAsync(drained)) break;
        }

        return (null, input);
    }

    /// <summary>Tells the server, while a decision takes long, that it is being worked on.</summary>
    private async ValueTask<Decision> AnnounceAsync(ValueTask<Decision> deciding, CancellationToken drained)
    {
        if (deciding.IsCompleted) return await deciding;
        var task = deciding.AsTask();
        while (true)
        {
            try
            {
                return await task.WaitAsync(MilterLimits.ProgressTime, time, CancellationToken.None);
            }
            catch (TimeoutException) when (!task.IsCompleted)
            {
                MilterReplies.WriteProgress(transport.Output);
                if (!await SendAsync(drained)) return await task;
            }
        }
    }

    /// <returns>False when the peer takes nothing any more.</returns>
    private async ValueTask<bool> SendAsync(CancellationToken drained)
    {
        if (transport.Output.UnflushedBytes == 0) return true;
        try
        {
            var flushing = transport.Output.FlushAsync(drained);
            if (!flushing.IsCompleted) alarm.Set(MilterLimits.PacketTime);
            var flushed = await flushing;
            if (alarm.IsOver) return false;
            alarm.Clear();
            return !flushed.IsCompleted;
        }
        catch (Exception exception) when (IsPeerGone(exception))
        {
            return false;
        }
    }

    private static bool IsPeerGone(Exception exception) => exception is IOException or OperationCanceledException;
}
