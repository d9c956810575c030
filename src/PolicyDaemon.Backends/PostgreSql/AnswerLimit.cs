namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Ends a wait for PostgreSQL when its time is over, or when nobody wants the answer any more.</summary>
/// <remarks>
/// In the place of a linked <see cref="CancellationTokenSource"/>, because what Npgsql does when it is cancelled may throw: while a connection is being
/// made it has nothing to cancel yet. Thrown by a timer, or through the token of whoever asked, that would end the process.
/// </remarks>
internal sealed class AnswerLimit : IDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly ITimer timer;
    private readonly CancellationTokenRegistration registration;
    private volatile bool isLate;

    public AnswerLimit(TimeSpan limit, TimeProvider time, CancellationToken asker)
    {
        timer = time.CreateTimer(static state => ((AnswerLimit)state!).Expire(), this, limit, Timeout.InfiniteTimeSpan);
        registration = asker.UnsafeRegister(static state => ((AnswerLimit)state!).End(), this);
    }

    public CancellationToken Token => ending.Token;

    public bool IsLate => isLate;

    public void Dispose()
    {
        registration.Dispose();
        timer.Dispose();
        ending.Dispose();
    }

    private void Expire()
    {
        isLate = true;
        End();
    }

    private void End()
    {
        try
        {
            ending.Cancel();
        }
        catch (Exception failure) when (failure is AggregateException or ObjectDisposedException)
        {
            // All who wait have been told; or nobody waits any more.
        }
    }
}
