namespace PolicyDaemon.Engine;

/// <summary>The time limit of one decision: stops waiting for a backend even if the backend does not heed its token.</summary>
/// <remarks>One that ended before its time serves again (<see cref="TryEnd"/>): a timer and a token for each request would be most of what a decision costs.</remarks>
internal sealed class Deadline : IDisposable
{
    private readonly TimeSpan limit;
    private readonly CancellationTokenSource source;
    private CancellationTokenRegistration givingUp;
    private CancellationToken caller;

    /// <summary>Begins only with <see cref="Begin"/>.</summary>
    public Deadline(TimeSpan limit, TimeProvider time)
    {
        this.limit = limit;
        source = new CancellationTokenSource(limit, time);
    }

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken caller)
        : this(limit, time) => Follow(caller);

    /// <summary>True when the time is up and the caller had not given up before.</summary>
    public bool HasPassed => source.IsCancellationRequested && !IsGivenUp;

    /// <summary>True when the caller no longer wants the answer.</summary>
    public bool IsGivenUp => caller.IsCancellationRequested;

    /// <summary>The time begins anew.</summary>
    public void Begin(CancellationToken caller)
    {
        source.CancelAfter(limit);
        Follow(caller);
    }

    public ValueTask<T> WaitAsync<T>(Func<CancellationToken, ValueTask<T>> ask) => WaitAsync(ask, static (asked, token) => asked(token));

    /// <param name="state">Given to <paramref name="ask"/>, so that it need not be made for each question.</param>
    public async ValueTask<T> WaitAsync<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> ask)
    {
        var token = source.Token;
        token.ThrowIfCancellationRequested();
        var answer = ask(state, token);
        return answer.IsCompleted ? await answer : await answer.AsTask().WaitAsync(token);
    }

    /// <returns>
    /// True: nobody was left waiting, and it may <see cref="Begin"/> again. False: the time was up or the caller has given up, so that something may
    /// still be under way with its token.
    /// </returns>
    public bool TryEnd()
    {
        givingUp.Dispose();
        return source.TryReset();
    }

    public void Dispose()
    {
        givingUp.Dispose();
        source.Dispose();
    }

    private void Follow(CancellationToken caller)
    {
        this.caller = caller;
        givingUp = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), source);
    }
}
