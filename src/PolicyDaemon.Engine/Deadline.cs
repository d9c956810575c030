namespace PolicyDaemon.Engine;

/// <summary>The time limit of one decision: stops waiting for a backend even if the backend does not heed its token.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource linked;
    private readonly CancellationToken caller;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        this.caller = caller;
        timer = new CancellationTokenSource(limit, time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(caller, timer.Token);
    }

    /// <summary>True when the time is up and the caller had not given up before.</summary>
    public bool HasPassed => timer.IsCancellationRequested && !IsGivenUp;

    /// <summary>True when the caller no longer wants the answer.</summary>
    public bool IsGivenUp => caller.IsCancellationRequested;

    public async ValueTask<T> WaitAsync<T>(Func<CancellationToken, ValueTask<T>> ask)
    {
        linked.Token.ThrowIfCancellationRequested();
        var answer = ask(linked.Token);
        return answer.IsCompleted ? await answer : await answer.AsTask().WaitAsync(linked.Token);
    }

    public void Dispose()
    {
        linked.Dispose();
        timer.Dispose();
    }
}
