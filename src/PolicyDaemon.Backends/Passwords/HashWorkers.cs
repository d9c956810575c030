using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>
/// The threads on which passwords are hashed, and those that wait for them: both bounded. Hashing takes up to seconds of a core and of
/// memory; on the threads that serve connections it would stop everything else.
/// </summary>
public sealed class HashWorkers : IDisposable
{
    /// <summary>Waiting for each thread; at 100 ms a hash the last one waits as long as a client does.</summary>
    public const int DefaultWaitingPerThread = 50;

    private readonly BlockingCollection<Job> waiting;
    private readonly Thread[] threads;

    /// <param name="threadCount">How many hash at once; as many as there are processors are of use.</param>
    /// <param name="maxWaiting">How many may wait.</param>
    public HashWorkers(int threadCount, int maxWaiting)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWaiting, 1);
        waiting = new BlockingCollection<Job>(maxWaiting);
        threads = new Thread[threadCount];
        for (var i = 0; i < threadCount; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"hash-{i + 1}" };
            threads[i].Start();
        }
    }

    /// <summary>As many threads as there are processors.</summary>
    public static HashWorkers ForThisMachine() => new(Environment.ProcessorCount, DefaultWaitingPerThread * Environment.ProcessorCount);

    /// <summary>Those that wait now.</summary>
    public int Waiting => waiting.Count;

    /// <summary>Runs a computation on one of the threads; one that is given up before its turn is not run.</summary>
    /// <param name="result">An exception of the computation is the task's.</param>
    /// <returns>False at once when too many wait.</returns>
    internal bool TryRun<T>(Func<T> compute, CancellationToken cancellationToken, [NotNullWhen(true)] out Task<T>? result)
        where T : struct
    {
        var job = new Job<T>(compute, cancellationToken);
        var isTaken = waiting.TryAdd(job, 0, CancellationToken.None);
        result = isTaken ? job.Result.WaitAsync(cancellationToken) : null;
        return isTaken;
    }

    /// <summary>When nobody asks any more: what waits is done first.</summary>
    public void Dispose()
    {
        waiting.CompleteAdding();
        foreach (var thread in threads) thread.Join();
        waiting.Dispose();
    }

    private void Work()
    {
        foreach (var job in waiting.GetConsumingEnumerable()) job.Run();
    }

    private abstract class Job
    {
        public abstract void Run();
    }

    private sealed class Job<T>(Func<T> compute, CancellationToken cancellationToken) : Job
        where T : struct
    {
        private readonly TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => result.Task;

        public override void Run()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                result.TrySetCanceled(cancellationToken);
                return;
            }

            try
            {
                result.TrySetResult(compute());
            }
            catch (Exception exception)
            {
                result.TrySetException(exception);
            }
        }
    }
}
