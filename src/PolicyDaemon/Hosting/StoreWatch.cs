using PolicyDaemon.Admin;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>
/// Sees how the store is that nodes share, and says what has changed: to the log, to <c>status</c> and to the metrics. It looks when it is told
/// to, and every <see cref="Interval"/> all the same.
/// </summary>
internal sealed class StoreWatch(DaemonLog log, SourceHealth health, DaemonMetrics metrics, TimeProvider time) : IAsyncDisposable
{
    /// <summary>As a source that is asked; <c>postgres</c> is the directory.</summary>
    public const string Name = "store";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A connection that listens may be lost and be back at once.</summary>
    private static readonly TimeSpan UnheardFor = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly StoreLog lines = new(log);
    private Func<StoreFacts>? read;
    private ITimer? timer;
    private long? awaySince;
    private long? unheardSince;
    private bool isHeardSaid;
    private int pendingSaid;
    private bool isFullSaid;
    private int nodesSaid;

    /// <summary>Null: no store is watched.</summary>
    public StoreReport? Report => Volatile.Read(ref read) is { } facts ? StoreReport.Of(facts()) : null;

    public void Start(Func<StoreFacts> facts)
    {
        health.Include(Name);
        Volatile.Write(ref read, facts);
        metrics.Store.Observe(facts);
        timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
        Look();
    }

    /// <summary>Something may have changed.</summary>
    public void Look()
    {
        if (Volatile.Read(ref read) is not { } facts) return;
        lock (gate)
        {
            var seen = facts();
            SayAway(seen);
            SayHeard(seen);
            SayPending(seen);
            SayFull(seen);
            SayNodes(seen);
        }
    }

    /// <param name="cause">Names the file.</param>
    public void FailedAtBlocks(string cause) => lines.StateFault("a restart while the store is away has no blocks to go on with", cause);

    /// <inheritdoc cref="FailedAtBlocks"/>
    public void FailedAtJournal(string cause) => lines.StateFault("a charge that is not kept is refused, or lost if a failover loses it", cause);

    /// <summary>A mistake of ours in what is done beside the counting.</summary>
    public void FailedAtCounting(string cause) => lines.Fault("limits are counted all the same; it is tried again", cause);

    /// <summary>A journal was found that is not this node's.</summary>
    public void FoundJournal(string directory) => lines.OtherJournal(directory);

    public async ValueTask DisposeAsync()
    {
        if (timer is not null) await timer.DisposeAsync();
        Volatile.Write(ref read, null);
    }

    private void SayAway(StoreFacts seen)
    {
        health.Follow(Name, seen.AwayCause);
        if (seen.AwayCause is not null && awaySince is null)
        {
            awaySince = time.GetTimestamp();
            lines.Away(seen);
        }
        else if (seen.AwayCause is null && awaySince is { } since)
        {
            awaySince = null;
            lines.Back(time.GetElapsedTime(since));
        }
    }

    private void SayHeard(StoreFacts seen)
    {
        if (seen.Listening.IsListening)
        {
            if (!isHeardSaid) lines.Heard();
            (isHeardSaid, unheardSince) = (true, null);
            return;
        }

        unheardSince ??= time.GetTimestamp();
        if (!isHeardSaid || time.GetElapsedTime(unheardSince.Value) < UnheardFor) return;
        isHeardSaid = false;
        if (seen.AwayCause is null) lines.Unheard(seen.Listening.Cause);
    }

    private void SayPending(StoreFacts seen)
    {
        var pending = seen.Blocks.Pending;
        if (pending > pendingSaid) lines.Pending(pending, seen.Blocks.Cause);
        else if (pending == 0 && pendingSaid > 0) lines.Merged();
        pendingSaid = pending;
    }

    private void SayFull(StoreFacts seen)
    {
        if (seen.Counting.IsJournalFull && !isFullSaid) lines.JournalFull(seen.Counting.JournalBytes);
        isFullSaid = seen.Counting.IsJournalFull;
    }

    private void SayNodes(StoreFacts seen)
    {
        var (there, configured) = (seen.Counting.NodesSeen, seen.Counting.Nodes);
        if (there > configured && there > nodesSaid) lines.NodesExceeded(there, configured);
        nodesSaid = there;
    }
}
