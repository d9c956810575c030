using System.Threading.Tasks.Sources;

namespace PolicyDaemon.Hosting.Polling;

/// <summary>One direction of a socket, for which at most one waits.</summary>
internal sealed class Readiness : IValueTaskSource
{
    private readonly Lock gate = new();
    private ManualResetValueTaskSourceCore<bool> waiting;
    private bool isWaiting;
    private bool isReady;

    /// <summary>Completes, in the thread that says so, when there may be something to do; also when that was before.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (!TryWait(out var task)) return;
        using var registration = cancellationToken.UnsafeRegister(static (readiness, token) => ((Readiness)readiness!).Cancel(token), this);
        await task;
    }

    public void Signal()
    {
        lock (gate)
        {
            isReady = !isWaiting;
            isWaiting = false;
            if (isReady) return;
        }

        waiting.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => waiting.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => waiting.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        waiting.OnCompleted(continuation, state, token, flags);

    private bool TryWait(out ValueTask task)
    {
        lock (gate)
        {
            task = default;
            if (isReady)
            {
                isReady = false;
                return false;
            }

            waiting.Reset();
            isWaiting = true;
            task = new ValueTask(this, waiting.Version);
            return true;
        }
    }

    private void Cancel(CancellationToken token)
    {
        lock (gate)
        {
            if (!isWaiting) return;
            isWaiting = false;
        }

        waiting.SetException(new OperationCanceledException(token));
    }
}
