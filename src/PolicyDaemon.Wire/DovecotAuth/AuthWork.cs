namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>One request that is being worked on.</summary>
internal sealed class AuthWork(CancellationToken connectionEnds) : IDisposable
{
    private readonly CancellationTokenSource cancelled = CancellationTokenSource.CreateLinkedTokenSource(connectionEnds);
    private readonly TaskCompletionSource ended = new();

    public CancellationToken Token => cancelled.Token;

    /// <summary>Completed when the work is over, however it ended; never faulted.</summary>
    public Task Ended => ended.Task;

    public void Cancel()
    {
        try
        {
            cancelled.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    public void End()
    {
        cancelled.Dispose();
        ended.TrySetResult();
    }

    public void Dispose() => cancelled.Dispose();
}

/// <summary>A piece of work threw what it should not: our mistake, and the end of its connection.</summary>
internal sealed class AuthWorkException(Exception inner) : Exception(inner.Message, inner);
