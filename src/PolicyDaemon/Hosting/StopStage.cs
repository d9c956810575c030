namespace PolicyDaemon.Hosting;

/// <summary>
/// The sessions of one protocol that end before those of others when the daemon stops: first they alone hear of it, and all others are served as ever until these are over.
/// </summary>
internal sealed class StopStage : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sessions, and one for the daemon itself as long as it does not stop.</summary>
    private int open = 1;

    /// <summary>The daemon stops, and it is this protocol's turn.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Serves one session.</summary>
    public async Task ServeAsync(Func<Task> serve)
    {
        Interlocked.Increment(ref open);
        try
        {
            await serve();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Tells the sessions to end, and waits until they have; no longer than the limit.</summary>
    public async Task StopAsync(TimeSpan limit, TimeProvider time)
    {
        await stopping.CancelAsync();
        Leave();
        using var waited = new CancellationTokenSource();
        await Task.WhenAny(over.Task, Task.Delay(limit, time, waited.Token));
        await waited.CancelAsync();
    }

    public void Dispose() => stopping.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref open) == 0) over.TrySetResult();
    }
}
