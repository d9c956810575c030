using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>Group commit: what concurrent sessions give while one flush is on its way is written and flushed together by the next.</summary>
public sealed class DeliveryWriter(DeliveryJournal journal, TimeProvider time)
{
    private readonly Lock gate = new();
    private List<DeliveryRecord> waiting = [];
    private TaskCompletionSource written = NewCompletion();
    private Task writing = Task.CompletedTask;
    private bool isWriting;
    private long records;
    private long flushes;
    private long ticks;

    /// <summary>Records that are on disk.</summary>
    public long Records => Interlocked.Read(ref records);

    /// <summary>Flushes that these took.</summary>
    public long Flushes => Interlocked.Read(ref flushes);

    /// <summary>What the flushes took together.</summary>
    public TimeSpan FlushTime => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    /// <summary>Completes when what was given until now is written, or could not be.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (gate) return writing;
        }
    }

    /// <summary>Completes when all of these are on disk.</summary>
    /// <exception cref="IOException">They are not.</exception>
    /// <exception cref="UnauthorizedAccessException">They are not.</exception>
    public Task WriteAsync(IReadOnlyList<DeliveryRecord> some)
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
            List<DeliveryRecord> some;
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
                journal.Append(some);
                Interlocked.Add(ref ticks, time.GetElapsedTime(started).Ticks);
                Interlocked.Increment(ref flushes);
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
