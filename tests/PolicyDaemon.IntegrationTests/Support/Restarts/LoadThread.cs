using System.Collections.Concurrent;

namespace PolicyDaemon.IntegrationTests.Support.Restarts;

/// <summary>One thread on which all steps of a load run: on a busy machine who watches the load would else wait behind all of it.</summary>
internal sealed class LoadThread : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Step, object? State)> steps = [];

    public LoadThread() => new Thread(RunSteps) { IsBackground = true }.Start();

    /// <summary>Does the work, and all that it awaits comes back to this thread.</summary>
    public Task RunAsync(Func<Task> work)
    {
        TaskCompletionSource<Task> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => begun.SetResult(work()), null);
        return begun.Task.Unwrap();
    }

    public override void Post(SendOrPostCallback d, object? state) => steps.Add((d, state));

    /// <summary>When all work is done.</summary>
    public void Dispose() => steps.CompleteAdding();

    private void RunSteps()
    {
        SetSynchronizationContext(this);
        foreach ((SendOrPostCallback step, object? state) in steps.GetConsumingEnumerable()) step(state);
        steps.Dispose();
    }
}
