using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// Limits of all nodes together: counted by PostgreSQL, and while that is away by this node's share. The change is at once: what asked when the
/// store went away waits its time, and nobody after.
/// </summary>
/// <remarks>docs/limits.md says what the share is and how much can pass at most.</remarks>
public sealed class ClusterCounters : ICounters, IAsyncDisposable
{
    /// <summary>Between two looks at which keys are above half of their limit.</summary>
    public static readonly TimeSpan ReadingInterval = TimeSpan.FromSeconds(5);

    /// <summary>A node counts for so long after it has last charged.</summary>
    public static readonly TimeSpan SeenWithin = TimeSpan.FromHours(1);

    private static readonly TimeSpan CountingInterval = TimeSpan.FromMinutes(1);

    private readonly string node;
    private readonly int nodes;
    private readonly OwnCharges own;
    private readonly PostgresCounters store;
    private readonly IReadOnlyList<RepeatedWork> work;
    private volatile int nodesSeen;

    /// <param name="node">Unique among the nodes and the same after a restart.</param>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="report">Told in one private line when the journal cannot be written.</param>
    /// <param name="onMistake">Told in one private line what went wrong that nobody had thought of; the counting goes on.</param>
    /// <exception cref="IOException">The journal's directory cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission for it.</exception>
    public ClusterCounters(PostgresHosts primary, string node, int nodes, JournalOptions journal, TimeProvider time, Action<string> report, Action<string> onMistake)
    {
        (this.node, this.nodes) = (node, nodes);
        own = new OwnCharges(journal, nodes, time, report);
        store = new PostgresCounters(primary, node, time, own);
        work =
        [
            new("reading of what is nearly spent", ReadingInterval, TakeReadingAsync, time, onMistake),
            new("sweep of counters", CounterSweep.Interval, new CounterSweep(store.Store).StepAsync, time, onMistake),
            new("count of nodes", CountingInterval, async token => nodesSeen = await store.Store.CountNodesAsync(SeenWithin, token), time, onMistake),
        ];
    }

    public CountersState State => store.State;

    public ClusterCountersStatus Status
    {
        get
        {
            var (state, calls, share) = (State, store.Calls, own.Share);
            return new(
                nodes, nodesSeen, state.IsAway, state.Cause, share.IsThere, own.Journal.Length, !own.Journal.HasRoom, calls.Messages, calls.Count, calls.Time, share.Spent);
        }
    }

    /// <summary>What is older than the longest window counts nowhere; until then the journal keeps it.</summary>
    public void KeepFor(TimeSpan longestWindow) => own.Journal.KeepFor(longestWindow);

    /// <summary>Returns when the store has answered once or has failed once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.StartAsync(cancellationToken);
        foreach (var one in work) one.Start();
    }

    public async ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        var answer = await store.PeekAsync(charges, cancellationToken);
        return answer.Outcome != CountOutcome.Unavailable ? answer : own.TryPeek(charges) ?? answer;
    }

    public async ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        var answer = await store.ChargeAsync(chargeId, charges, cancellationToken);
        if (answer.Outcome != CountOutcome.Unavailable) return answer;

        if (await own.TryChargeAsync(ChargeId.Of(node, chargeId), charges).WaitAsync(cancellationToken) is { } charged) return charged;

        // The share is closed. Either the store has come back in between, or it has more requests than it can answer.
        return State.IsAway ? answer : await store.ChargeAsync(chargeId, charges, cancellationToken);
    }

    public async ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken)
    {
        if (await store.TryRefundAsync(chargeId, cancellationToken)) return;
        await own.TryRefundAsync(ChargeId.Of(node, chargeId)).WaitAsync(cancellationToken);
    }

    /// <summary>While the store is away nothing is forgotten: a share is no node's to renew.</summary>
    public ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => store.ResetAsync(keys, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in work) await one.DisposeAsync();
        await store.DisposeAsync();
        own.Dispose();
    }

    /// <summary>Asks the store now which keys are above half of their limit; while it is away nothing is done.</summary>
    internal async Task TakeReadingAsync(CancellationToken cancellationToken)
    {
        if (!State.IsAway) await own.ReadAsync(store.Store, cancellationToken);
    }
}
