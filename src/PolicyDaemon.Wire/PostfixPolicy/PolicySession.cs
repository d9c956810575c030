using System.Buffers;
using System.IO.Pipelines;
using PolicyDaemon.Wire.Framing;

namespace PolicyDaemon.Wire.PostfixPolicy;

/// <summary>
/// One connection of Postfix's <c>check_policy_service</c>: many requests, answered in their order. An idle connection is never closed
/// from here: that would cost the smtpd at the other end its <c>retry_delay</c>.
/// </summary>
/// <remarks>
/// What is malformed, too long or too slow gets no answer: one warning, and the connection ends; Postfix then asks again or applies its
/// <c>smtpd_policy_service_default_action</c>. Source: Postfix SMTPD_POLICY_README, "Policy protocol description" and "Policy client configuration".
/// </remarks>
/// <param name="peer">What the log calls the other end.</param>
public sealed class PolicySession(IDuplexPipe transport, string peer, Decide decide, ISessionLog log, TimeProvider time)
{
    /// <summary>What configuration and log call this protocol.</summary>
    public const string Protocol = "policy";

    private readonly PolicyCodec codec = new();
    private readonly PipeAlarm alarm = new(transport, time);

    /// <summary>Serves the connection to its end, then completes both directions of the pipe. Does not throw.</summary>
    /// <param name="stopping">
    /// The daemon stops: a session between two requests ends at once, one that has a request in hand answers it within
    /// <see cref="PolicyLimits.DrainTime"/>, then ends.
    /// </param>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var drained = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var whenDrained = drained.Token.UnsafeRegister(_ => transport.Input.CancelPendingRead(), null);
        using var whenStopping = stopping.UnsafeRegister(
            _ =>
            {
                drained.CancelAfter(PolicyLimits.DrainTime);
                transport.Input.CancelPendingRead();
            },
            null);
        try
        {
            if (await AnswerAsync(stopping, drained.Token) is { } error) log.PeerMalformed(Protocol, peer, error);
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested)
        {
            // The daemon could not wait any longer; Postfix asks again.
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

            var rest = await AnswerAllAsync(read.Buffer, stopping, drained);
            transport.Input.AdvanceTo(rest.Start);
            if (!await SendAsync(drained)) return alarm.IsOver ? "reply not taken in time" : null;

            if (codec.IsMalformed) return codec.Error;
            if (read.IsCompleted && rest.IsEmpty) return codec.HasPart ? "connection closed within a request" : null;
            if (alarm.IsOver) return "request not complete in time";
            if (codec.HasPart) alarm.Set(PolicyLimits.RequestTime);
            else if (stopping.IsCancellationRequested) return null;
        }

        return null;
    }

    /// <summary>Answers the complete requests of the input. Those that came joined are sent together, in one flush.</summary>
    /// <returns>What is left of the input.</returns>
    private async ValueTask<ReadOnlySequence<byte>> AnswerAllAsync(ReadOnlySequence<byte> input, CancellationToken stopping, CancellationToken drained)
    {
        while (transport.Output.UnflushedBytes < PolicyLimits.MaxUnsentBytes &&
            codec.Read(ref input, out var request) == PolicyReadStatus.Request)
        {
            alarm.Clear();
            var decision = await decide(PolicyMapping.ToMailRequest(request), drained);
            PolicyCodec.WriteAction(transport.Output, PolicyMapping.ToAction(decision));
            if (stopping.IsCancellationRequested) break;
        }

        return input;
    }

    /// <returns>False when the peer takes nothing any more.</returns>
    private async ValueTask<bool> SendAsync(CancellationToken drained)
    {
        if (transport.Output.UnflushedBytes == 0) return true;
        try
        {
            var flushing = transport.Output.FlushAsync(drained);
            if (!flushing.IsCompleted) alarm.Set(PolicyLimits.RequestTime);
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
