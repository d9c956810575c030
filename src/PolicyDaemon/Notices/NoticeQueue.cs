using System.Threading.Channels;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Notices;

/// <summary>Hands notices over on one channel, one after the other, and tries again for a bounded time.</summary>
internal sealed class NoticeQueue : IAsyncDisposable
{
    /// <summary>How long a notice is tried, from the time of the event. After that it is tried once and no more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>For one attempt, whatever the peer does.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private const int MaxQueued = 1000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly string channel;
    private readonly Func<Notice, string, CancellationToken, Task> send;
    private readonly ContainmentLog log;
    private readonly DaemonMetrics metrics;
    private readonly TimeProvider time;
    private readonly Channel<(Notice Notice, string To)> queue = Channel.CreateBounded<(Notice, string)>(MaxQueued);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task working;

    /// <param name="send">
    /// One attempt. Throws <see cref="NoticeRefusedException"/>, or <see cref="IOException"/> when nobody could be reached.
    /// </param>
    public NoticeQueue(
        string channel, Func<Notice, string, CancellationToken, Task> send, ContainmentLog log, DaemonMetrics metrics, TimeProvider time)
    {
        (this.channel, this.send, this.log, this.metrics, this.time) = (channel, send, log, metrics, time);
        working = WorkAsync();
    }

    /// <param name="to">Whom, as the log shows it.</param>
    public void Add(Notice notice, string to)
    {
        if (!queue.Writer.TryWrite((notice, to))) GiveUp(notice, to, $"{MaxQueued} notices wait already");
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await stopping.CancelAsync();
        await working;
        stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach (var (notice, to) in queue.Reader.ReadAllAsync())
        {
            if (await DeliverAsync(notice, to) is { } cause)
            {
                GiveUp(notice, to, cause);
                continue;
            }

            log.Sent(notice.Id, channel, to);
            metrics.Containment.CountNotice(channel, "sent");
        }
    }

    /// <returns>Null when it was sent; otherwise why it is given up.</returns>
    private async Task<string?> DeliverAsync(Notice notice, string to)
    {
        var pause = FirstPause;
        for (var isFirst = true; !stopping.IsCancellationRequested; isFirst = false)
        {
            if (await TryAsync(notice, to) is not { } failure) return null;
            if (failure.IsFinal || time.GetUtcNow() - notice.Time >= Patience) return failure.Message;
            if (isFirst) log.Delayed(notice.Id, channel, to, failure.Message);
            try
            {
                await Task.Delay(pause, time, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        return "the daemon stops";
    }

    private async Task<NoticeRefusedException?> TryAsync(Notice notice, string to)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping.Token);
        try
        {
            await send(notice, to, either.Token);
            return null;
        }
        catch (NoticeRefusedException exception)
        {
            return exception;
        }
        catch (OperationCanceledException)
        {
            return new NoticeRefusedException($"no answer within {Timeout.TotalSeconds:0} s", isFinal: false);
        }
        catch (Exception exception)
        {
            return new NoticeRefusedException(exception.Message, isFinal: false);
        }
    }

    private void GiveUp(Notice notice, string to, string cause)
    {
        log.Failed(notice.Id, channel, to, cause);
        metrics.Containment.CountNotice(channel, "failed");
    }
}
