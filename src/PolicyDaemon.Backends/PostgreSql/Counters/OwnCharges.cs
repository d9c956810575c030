using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// What this node has charged, in its journal, and what it may spend while the store is away. Open: it charges on its own; closed: the
/// store does.
/// </summary>
/// <remarks>Closed at the moment when the store has the last record, so that no charge falls between the two.</remarks>
internal sealed class OwnCharges : IOwnCharges, IDisposable
{
    private const int MaxRemembered = 100_000;

    /// <summary>A node that was killed may have used this many numbers of its sequence that are not in the journal.</summary>
    private const long UnwrittenNumbers = 1_000_000;

    /// <summary>Times of an earlier run are before this run's beginning, and may not be negative.</summary>
    private static readonly long Beginning = TimeSpan.FromDays(10_000).Ticks;

    private readonly Lock gate = new();
    private readonly Lock saving = new();
    private readonly ChargeJournal journal;
    private readonly GroupCommit<JournalRecord> writer;
    private readonly NodeShare share;
    private readonly ChargeMemory memory = new(MaxRemembered);
    private readonly TimeProvider time;
    private readonly string readingPath;
    private readonly Action<string> report;
    private readonly long started;
    private long sequence;
    private long spent;
    private bool isOpen = true;

    /// <param name="report">Told in one line when what should be kept cannot be written.</param>
    public OwnCharges(JournalOptions options, int nodes, TimeProvider time, Action<string> report)
    {
        (this.time, this.report) = (time, report);
        share = new NodeShare(nodes);
        journal = new ChargeJournal(options, time);
        writer = new GroupCommit<JournalRecord>(journal.Append, time);
        readingPath = Path.Combine(options.Directory, "reading");
        started = time.GetTimestamp();
        sequence = Math.Max(journal.LastSequence + UnwrittenNumbers, time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
        RestoreShare();
    }

    public ChargeJournal Journal => journal;

    /// <summary>Whether there is anything to spend while the store is away, and how many messages were charged from it.</summary>
    public (bool IsThere, long Spent) Share
    {
        get
        {
            lock (gate) return (share.HasReading, spent);
        }
    }

    public long NextSequence(long atLeast)
    {
        lock (gate) return sequence = Math.Max(sequence, atLeast) + 1;
    }

    public void Keep(long sequence, IReadOnlyList<CountMessage> messages, IReadOnlyList<CountAnswer> answers)
    {
        var at = time.GetUtcNow();
        var kept = messages.Zip(answers, (message, answer) => new JournalRecord(sequence, at, message.Id, message.ChargedBy(answer)))
            .Where(record => record.Charges.Count > 0).ToList();
        lock (gate)
        {
            var now = Now();
            foreach (var charge in kept.SelectMany(record => record.Charges)) share.Add(charge, now);
            journal.Acknowledge(sequence);
        }

        Append(kept);
    }

    public void KeepRefunds(long sequence, IReadOnlyList<Guid> ids)
    {
        var at = time.GetUtcNow();
        journal.Acknowledge(sequence);
        Append([.. ids.Select(id => new JournalRecord(sequence, at, id, []))]);
    }

    public void Open()
    {
        lock (gate) isOpen = true;
    }

    /// <summary>Charges from this node's share.</summary>
    /// <returns>Null: the store counts.</returns>
    public Task<CountAnswer?> TryChargeAsync(Guid id, IReadOnlyList<Charge> charges)
    {
        lock (gate)
        {
            if (!isOpen) return Task.FromResult<CountAnswer?>(null);
            var now = Now();
            memory.Trim(now);
            if (memory.Find($"{id}") is { } made) return Task.FromResult<CountAnswer?>(made.Answer);
            if (!share.HasReading || !share.HasRoom(now) || !journal.HasRoom) return Task.FromResult<CountAnswer?>(CountAnswer.Unavailable);

            var stored = StoredKey.Of(charges);
            var answer = CountAnswer.Fits;
            var charged = new List<Charge>(stored.Count);
            for (var i = 0; i < stored.Count; i++)
            {
                if (share.FindExceeded(stored[i], now) is not { } exceeded) charged.Add(stored[i]);
                else if (!stored[i].IsSoft) return Task.FromResult<CountAnswer?>(exceeded with { Charge = charges[i] });
                else if (answer.Outcome == CountOutcome.Fits) answer = exceeded with { Charge = charges[i] };
            }

            memory.Remember($"{id}", new MadeCharge(answer, charged.ConvertAll(charge => new ChargedUnits(charge.Key, share.Add(charge, now), charge.Units))), now);
            spent++;
            return charged.Count == 0 ? Task.FromResult<CountAnswer?>(answer) : WriteAsync(new JournalRecord(++sequence, time.GetUtcNow(), id, charged), answer);
        }
    }

    /// <returns>Null: the store counts.</returns>
    public CountAnswer? TryPeek(IReadOnlyList<Charge> charges)
    {
        lock (gate)
        {
            if (!isOpen) return null;
            if (!share.HasReading) return CountAnswer.Unavailable;
            var now = Now();
            CountAnswer? soft = null;
            foreach (var charge in charges)
            {
                if (share.FindExceeded(charge with { Key = StoredKey.Of(charge.Key) }, now) is not { } exceeded) continue;
                if (!charge.IsSoft) return exceeded with { Charge = charge };
                soft ??= exceeded with { Charge = charge };
            }

            return soft ?? CountAnswer.Fits;
        }
    }

    /// <summary>Gives back to the share what came from it; the store is told when it is back, whoever charged it.</summary>
    /// <returns>Null: the store counts.</returns>
    public Task<CountAnswer?> TryRefundAsync(Guid id)
    {
        lock (gate)
        {
            if (!isOpen) return Task.FromResult<CountAnswer?>(null);
            foreach (var (key, slice, units) in memory.Take($"{id}")?.Units ?? []) share.Remove(key, slice, units);
            return WriteAsync(new JournalRecord(++sequence, time.GetUtcNow(), id, []), CountAnswer.Fits);
        }
    }

    public async Task<long> GiveMissingAsync(CounterStore store, long here, Action whenDone, CancellationToken cancellationToken)
    {
        Open();
        journal.Acknowledge(here);
        while (true)
        {
            foreach (var batch in ChargeBacklog.InBatches(journal.ReadAfter(here)))
            {
                here = await ChargeBacklog.GiveAsync(store, here, batch, time.GetUtcNow(), cancellationToken);
                journal.Acknowledge(here);
            }

            lock (gate)
            {
                if (writer.IsIdle && journal.LastSequence <= here)
                {
                    isOpen = false;
                    sequence = Math.Max(sequence, here);
                    whenDone();
                    return here;
                }
            }

            await writer.WhenIdle.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Asks the store which keys are above half of their limit.</summary>
    /// <exception cref="PostgresUnavailableException">No answer; the reading before stays.</exception>
    public async Task ReadAsync(CounterStore store, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        lock (gate) share.BeginReading(Now());
        ShareReading? taken = null;
        try
        {
            taken = await store.ReadHighAsync(at, cancellationToken);
        }
        finally
        {
            lock (gate) share.EndReading(taken);
        }

        try
        {
            lock (saving) taken.Save(readingPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            report($"cannot write {readingPath}: {failure.Message}");
        }
    }

    public void Dispose() => journal.Dispose();

    private async Task<CountAnswer?> WriteAsync(JournalRecord record, CountAnswer answer)
    {
        try
        {
            await writer.WriteAsync([record]);
            return answer;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            report($"cannot keep a charge: {failure.Message}");
            return CountAnswer.Unavailable;
        }
    }

    private void Append(IReadOnlyList<JournalRecord> kept)
    {
        try
        {
            journal.Append(kept);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // They are in the store; only should it lose them, they are lost.
            report($"cannot keep what the store has charged: {failure.Message}");
        }
    }

    /// <summary>What an earlier run knew and spent: after a restart in an outage the share is what is left of it.</summary>
    private void RestoreShare()
    {
        if (ShareReading.TryLoad(readingPath) is not { } taken) return;
        var now = time.GetUtcNow();
        share.Restore(taken, TicksAt(taken.At, now));
        foreach (var record in journal.ReadSince(taken.At))
        {
            foreach (var charge in record.Charges) share.Add(charge, TicksAt(record.At, now));
        }
    }

    private static long TicksAt(DateTimeOffset at, DateTimeOffset now) => Beginning - Math.Clamp((now - at).Ticks, 0, Beginning);

    private long Now() => Beginning + time.GetElapsedTime(started).Ticks;
}
