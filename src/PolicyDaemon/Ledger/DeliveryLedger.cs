using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Backends.Journals;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Ledger;

/// <summary>
/// What became of each message for each recipient: in this node's journal before Postfix hears that it is stored, in the store soon after. The ledger never keeps mail
/// from being delivered: what cannot be written is said in the log, and Postfix is told what the mail store said.
/// </summary>
/// <param name="next">Told about every delivery first.</param>
/// <param name="keep">How long the store keeps deliveries, as configured now.</param>
internal sealed class DeliveryLedger(
    IDeliveryObserver next, DeliveryJournal journal, IDeliveryStore store, Func<TimeSpan> keep, string node, LedgerLog lines, TimeProvider time)
    : IDeliveryObserver, IDeliveredBefore, IAsyncDisposable
{
    /// <summary>Records handed over at once.</summary>
    private const int BatchSize = 1000;

    private static readonly TimeSpan HandOverInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(20);

    private readonly GroupCommit<DeliveryRecord> writer = new(journal.Append, time);
    private readonly DeliveredBefore before = new();
    private readonly CancellationTokenSource stopping = new();
    private Task working = Task.CompletedTask;
    private long droppedSaid;

    /// <summary>In ticks of UTC; 0: not since the start.</summary>
    private long handedOverAt;

    /// <summary>Why the store does not take what it is given; null: it does, as far as known.</summary>
    private volatile string? storeCause;

    /// <summary>Once, until a delivery is on record again.</summary>
    private bool isFaultSaid;

    /// <summary>As a daemon keeps it.</summary>
    /// <param name="options">Those at the start.</param>
    /// <param name="lmtp">Those in force.</param>
    /// <exception cref="IOException">The state directory cannot be used, or another process uses it.</exception>
    public static DeliveryLedger Open(DaemonOptions options, IDeliveryStore store, Func<LmtpOptions?> lmtp, DaemonLog log, DaemonMetrics metrics, TimeProvider time)
    {
        DeliveryJournal journal = new(new DeliveryJournalOptions { Directory = options.State.Deliveries });
        DeliveryLedger ledger = new(
            new DeliveryLog(log, metrics), journal, store, () => lmtp()?.Keep ?? options.Lmtp!.Keep, options.Node, new LedgerLog(log), time);
        metrics.Ledger.Observe(() => ledger.Facts);
        return ledger;
    }

    /// <summary>How what the store lacks stands. Reads the journal.</summary>
    public LedgerStanding Standing
    {
        get
        {
            var at = Interlocked.Read(ref handedOverAt);
            return new(journal.Waiting, FindOldest(), at == 0 ? null : new DateTimeOffset(at, TimeSpan.Zero), storeCause);
        }
    }

    public LedgerFacts Facts => new(journal.Waiting, journal.Length, journal.Dropped, writer.Records, writer.Writes, writer.WriteTime);

    /// <summary>Remembers what was delivered before the start, and begins to hand over.</summary>
    public void Start()
    {
        foreach (var record in journal.ReadAll()) before.Remember(record.Node, record.Delivery);
        working = Task.WhenAll(Task.Run(HandOverAsync), Task.Run(SweepAsync));
    }

    public async ValueTask OnDeliveriesAsync(IReadOnlyList<Delivery> deliveries)
    {
        await next.OnDeliveriesAsync(deliveries);
        var now = time.GetUtcNow();
        var writing = writer.WriteAsync([.. deliveries.Select(delivery => new DeliveryRecord(Guid.CreateVersion7(now), node, now, delivery))]);
        foreach (var delivery in deliveries) before.Remember(node, delivery);

        // What was not stored will be tried again, or is told to the sender: nobody needs to wait for that.
        if (deliveries.All(delivery => delivery.Outcome != DeliveryOutcome.Stored)) return;
        try
        {
            await writing;
            isFaultSaid = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // It is stored. To say otherwise would deliver it twice for certain.
            if (!Interlocked.Exchange(ref isFaultSaid, true)) lines.Fault("deliveries are not on record; mail goes on", exception.Message);
        }
    }

    public bool IsSuspected(string queueId, string sender, string recipient) => before.IsSuspected(node, queueId, sender, recipient);

    public bool IsThere(string queueId, string sender, string recipient, string digest) => before.IsThere(node, queueId, sender, recipient, digest);

    public IDisposable? TryClaim(string queueId, string sender, IEnumerable<string> recipients) => before.TryClaim(node, queueId, sender, recipients);

    /// <summary>From the store, and from the journal what the store has not yet.</summary>
    /// <returns>In the order of their times; with the cause why the store's are missing, null when they are not.</returns>
    public async Task<(IReadOnlyList<DeliveryRecord> Records, string? MissingCause)> FindAsync(DeliveryQuery query, CancellationToken cancellationToken)
    {
        // In this order: what is handed over meanwhile is found twice, and not never.
        var here = journal.ReadAll().Where(query.Matches).ToList();
        try
        {
            using var limit = new CancellationTokenSource(StoreTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            return (Join(await store.FindAsync(query, either.Token), here, query.Most), null);
        }
        catch (StoreUnavailableException exception)
        {
            return (Join([], here, query.Most), exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (Join([], here, query.Most), $"no answer within {StoreTimeout.TotalSeconds:0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await working;
        await writer.WhenIdle;
        journal.Dispose();
        stopping.Dispose();
    }

    private static IReadOnlyList<DeliveryRecord> Join(IEnumerable<DeliveryRecord> there, IEnumerable<DeliveryRecord> here, int most) =>
        [.. there.Concat(here).DistinctBy(record => record.Id).OrderBy(record => record.At).TakeLast(most)];

    private Task HandOverAsync() => RepeatAsync(HandOverInterval, async token =>
    {
        SayDropped();
        while (journal.ReadWaiting(BatchSize) is { Count: > 0 } some)
        {
            await GiveAsync([.. some.Select(one => one.Record)], token);
            journal.HandedOver(some[^1].Sequence);
            Interlocked.Exchange(ref handedOverAt, time.GetUtcNow().UtcTicks);
        }
    });

    private DateTimeOffset? FindOldest()
    {
        try
        {
            return journal.ReadWaiting(1) is [var first] ? first.Record.At : null;
        }
        catch (IOException)
        {
            // How many wait is known all the same.
            return null;
        }
    }

    private async Task GiveAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken token)
    {
        try
        {
            await store.WriteAsync(records, token);
            Follow(null);
        }
        catch (StoreUnavailableException exception)
        {
            Follow(exception.Message);
            throw;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Follow($"no answer within {StoreTimeout.TotalSeconds:0} s");
            throw;
        }
    }

    /// <summary>Said when it begins and when it is over.</summary>
    private void Follow(string? cause)
    {
        if (storeCause is null != cause is null) lines.StoreChanged(cause);
        storeCause = cause;
    }

    private Task SweepAsync() => RepeatAsync(SweepInterval, async token =>
    {
        while (await store.ForgetAsync(time.GetUtcNow() - keep(), BatchSize, token) == BatchSize)
        {
            // Step by step, so that those who write need not wait.
        }
    });

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> work)
    {
        while (!stopping.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(StoreTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, limit.Token);
            try
            {
                await work(either.Token);
            }
            catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
            {
                // The store is away, and there are lines that say so: at the next turn.
            }
            catch (Exception exception)
            {
                lines.Fault("it is tried again", exception.Message);
            }

            try
            {
                await Task.Delay(interval, time, stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void SayDropped()
    {
        var dropped = journal.Dropped;
        if (dropped > droppedSaid) lines.Dropped(dropped - droppedSaid);
        droppedSaid = dropped;
    }
}

/// <summary>How what the store lacks stands.</summary>
/// <param name="Waiting">Records that the store has not.</param>
/// <param name="OldestWaiting">When the first of them came about; null: none waits, or the journal cannot be read.</param>
/// <param name="HandedOverAt">When the store took some last; null: not since the start.</param>
/// <param name="Cause">Why it takes none; one sentence. Null: it does.</param>
internal sealed record LedgerStanding(long Waiting, DateTimeOffset? OldestWaiting, DateTimeOffset? HandedOverAt, string? Cause);

/// <summary>How the ledger is.</summary>
/// <param name="Waiting">Records that the store has not.</param>
/// <param name="Octets">Of the journal.</param>
/// <param name="Dropped">Records given up before the store had them.</param>
/// <param name="Records">Records that were put on disk.</param>
internal sealed record LedgerFacts(long Waiting, long Octets, long Dropped, long Records, long Flushes, TimeSpan FlushTime);
