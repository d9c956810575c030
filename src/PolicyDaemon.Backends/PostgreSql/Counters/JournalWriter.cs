namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Writes records of concurrent requests to the journal together, in the order in which they were given.</summary>
internal sealed class JournalWriter(ChargeJournal journal)
{
    private readonly Lock gate = new();
    private List<JournalRecord> waiting = [];
    private TaskCompletionSource written = NewCompletion();
    private Task writing = Task.CompletedTask;
    private bool isWriting;

    /// <summary>Nothing waits and nothing is being written.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate) return !isWriting;
        }
    }

    /// <summary>Completes when what was given until now is written.</summary>
    public Task WhenIdle
    {
        get
        {
            lock (gate) return writing;
        }
    }

    /// <summary>To be called in the order of the records' sequence; completes when the record survives the process.</summary>
    /// <exception cref="IOException">It was not written.</exception>
    public Task WriteAsync(JournalRecord record)
    {
        lock (gate)
        {
            waiting.Add(record);
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
            List<JournalRecord> records;
            TaskCompletionSource done;
            lock (gate)
            {
                isWriting = waiting.Count > 0;
                if (!isWriting) return;
                (records, waiting) = (waiting, []);
                (done, written) = (written, NewCompletion());
            }

            try
            {
                journal.Append(records);
                done.SetResult();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                done.SetException(failure);
            }
        }
    }

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
