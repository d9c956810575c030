namespace PolicyDaemon.Backends.Journals;

/// <summary>What concurrent sessions give while one write is on its way is written together by the next, in the order in which it was given.</summary>
/// <remarks>
/// A thread of its own writes, for as long as there is something to write and a little longer: the disk does not take one from the pool, of which there is one for each
/// core. Those who waited for the same write go on one after the other in one thread; waking a thread for each would cost more than they have left to do.
/// </remarks>
/// <param name="append">Writes all of them at once; called by one thread at a time.</param>
public sealed class GroupCommit<TRecord>(Action<IReadOnlyList<TRecord>> append, TimeProvider time)
{
    /// <summary>How long the thread stays without work.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly object gate = new();
    private List<TRecord> waiting = [];
    private TaskCompletionSource written = new();
    private TaskCompletionSource? idle;
    private bool hasThread;
    private long records;
    private long writes;
    private long ticks;

    /// <summary>Records that are written.</summary>
    public long Records => Interlocked.Read(ref records);

    /// <summary>Writes that these took.</summary>
    public long Writes => Interlocked.Read(ref writes);

    /// <summary>What the writes took together.</summary>
    public TimeSpan WriteTime => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    /// <summary>Nothing waits and nothing is being written.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate) return idle is null;
        }
    }

    /// <summary>Completes when what was given until now is written, or could not be.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (gate) return idle?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>Completes when all of these are written; with the exception of whoever appends, when they could not be. Who waits for it must not block its thread then.</summary>
    public Task WriteAsync(IReadOnlyList<TRecord> some)
    {
        lock (gate)
        {
            waiting.AddRange(some);
            if (idle is null)
            {
                idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (hasThread) Monitor.Pulse(gate);
                else new Thread(Work) { IsBackground = true, Name = "journal" }.UnsafeStart();
                hasThread = true;
            }

            return written.Task;
        }
    }

    private void Work()
    {
        while (TryTake(out var some, out var done)) Write(some, done);
    }

    /// <returns>False: nothing was given for so long that the thread ends.</returns>
    private bool TryTake(out List<TRecord> some, out TaskCompletionSource done)
    {
        lock (gate)
        {
            if (waiting.Count == 0)
            {
                idle?.SetResult();
                idle = null;
            }

            hasThread = waiting.Count > 0 || Monitor.Wait(gate, Linger) || waiting.Count > 0;
            (some, done) = (waiting, written);
            if (hasThread) (waiting, written) = ([], new TaskCompletionSource());
            return hasThread;
        }
    }

    private void Write(List<TRecord> some, TaskCompletionSource done)
    {
        Exception? failure = null;
        try
        {
            var started = time.GetTimestamp();
            append(some);
            Interlocked.Add(ref ticks, time.GetElapsedTime(started).Ticks);
            Interlocked.Increment(ref writes);
            Interlocked.Add(ref records, some.Count);
        }
        catch (Exception exception)
        {
            // Nobody may wait for ever, whatever went wrong.
            failure = exception;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static end => end.Tell(), new Outcome(done, failure), preferLocal: false);
    }

    private sealed record Outcome(TaskCompletionSource Done, Exception? Failure)
    {
        public void Tell()
        {
            if (Failure is null)
            {
                Done.SetResult();
                return;
            }

            Done.SetException(Failure);

            // Those who do not wait have no other hearer than the next who does.
            _ = Done.Task.Exception;
        }
    }
}
