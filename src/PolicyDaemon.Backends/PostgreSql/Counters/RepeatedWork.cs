namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Does something again and again until it is disposed, whatever becomes of it: what fails once is tried the next time.</summary>
/// <param name="name">What the step is, for the one line about a mistake in it.</param>
/// <param name="onMistake">Told once until a step goes well again; not of <see cref="PostgresUnavailableException"/>, which others tell of.</param>
internal sealed class RepeatedWork(
    string name, TimeSpan interval, Func<CancellationToken, Task> step, TimeProvider time, Action<string> onMistake) : IAsyncDisposable
{
    private readonly CancellationTokenSource closing = new();
    private Task working = Task.CompletedTask;
    private bool isMistakeTold;

    /// <summary>The first step begins at once.</summary>
    public void Start() => working = WorkAsync();

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await working;
        closing.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            do await StepAsync();
            while (await timer.WaitForNextTickAsync(closing.Token));
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task StepAsync()
    {
        try
        {
            await step(closing.Token);
            isMistakeTold = false;
        }
        catch (PostgresUnavailableException)
        {
            // The counters say so themselves, and the next time comes.
        }
        catch (Exception mistake) when (!closing.IsCancellationRequested)
        {
            // Whatever it was: without the next step this node would not know what others spend, and nobody would hear of it.
            if (!isMistakeTold) onMistake($"{name}: {mistake.Message}");
            isMistakeTold = true;
        }
    }
}
