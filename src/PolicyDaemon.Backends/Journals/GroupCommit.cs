namespace PolicyDaemon.Backends.Journals;

/// <summary>What concurrent sessions give while one write is on its way is written together by the next, in the order in which it was given.</summary>
/// <param name="append">Writes all of them at once; called by one thread at a time.</param>
public sealed class GroupCommit<TRecord>(Action<IReadOnlyList<TRecord>> append, TimeProvider time)
{
    private readonly Lock gate = new();
    private List<TRecord> waiting = [];
    private TaskCompletionSource written = NewCompletion();
    private Task writing = Task.CompletedTask;
    private bool isWriting;
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
            lock (gate) return !isWriting;
        }
    }

    /// <summary>Completes when what was given until now is written, or could not be.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (gate) return writing;
        }
    }

    /// <summary>Completes when all of these are written; with the exception of whoever appends, when they could not be.</summary>
    public Task WriteAsync(IReadOnlyList<TRecord> some)
    {
        lock (gate)
        {
            waiting.AddRange(some);
            if (!isWriting)
            {
                isWriting = true;
                writing = Task.Run(WriteAll);
            }

            return written.Task;
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            List<TRecord> some;
            TaskCompletionSource done;
            lock (gate)
            {
                isWriting = waiting.Count > 0;
                if (!isWriting) return;
                (some, waiting) = (waiting, []);
                (done, written) = (written, NewCompletion());
            }

            try
            {
                var started = time.GetTimestamp();
                append(some);
                Interlocked.Add(ref ticks, time.GetElapsedTime(started).Ticks);
                Interlocked.Increment(ref writes);
                Interlocked.Add(ref records, some.Count);
                done.SetResult();
            }
            catch (Exception failure)
            {
                // Nobody may wait for ever, whatever went wrong.
                done.SetException(failure);

                // Those who do not wait have no other hearer than the next who does.
                _ = done.Task.Exception;
            }
        }
    }

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
