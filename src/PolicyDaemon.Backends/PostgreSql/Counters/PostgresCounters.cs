using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// Limits counted in PostgreSQL, for all nodes together. Charges of concurrent requests go to the server in one call, one call at a time; peeks
/// likewise, beside them.
/// </summary>
/// <remarks>
/// <para>
/// One flusher, not several: then what the store has of a node's charges is always the beginning of what the node has charged, and the node
/// knows by one number what is missing.
/// </para>
/// <para>
/// After a failure every request is Unavailable at once, until the store answers again and has what it missed. Whether a charge without
/// answer counts is then unknown; the same id again is safe.
/// </para>
/// </remarks>
public sealed class PostgresCounters : ICounters, IAsyncDisposable
{
    private const int MaxWaiting = 20_000;

    private readonly CounterStore store;
    private readonly string node;
    private readonly TimeProvider time;
    private readonly IOwnCharges own;
    private readonly RequestQueue charges = new(MaxWaiting);
    private readonly PeekFlusher peeks;
    /// <summary>Never disposed: it holds no timer, and who comes late must still be able to look at it.</summary>
    private readonly CancellationTokenSource closing = new();
    private volatile bool isUp;
    private volatile string? cause = "not asked yet";
    private Task flushing = Task.CompletedTask;
    private long messagesAsked;
    private long calls;
    private long callTicks;

    /// <summary>The sequence up to which the store has told us that it has our charges. The flusher's own.</summary>
    private long acknowledged;

    /// <param name="node">Unique among the nodes and the same after a restart.</param>
    public PostgresCounters(PostgresHosts primary, string node, TimeProvider time)
        : this(primary, node, time, new UnkeptCharges())
    {
    }

    /// <param name="own">Keeps this node's charges, and spends its share while the store is away.</param>
    internal PostgresCounters(PostgresHosts primary, string node, TimeProvider time, IOwnCharges own)
    {
        (this.node, this.time, this.own) = (node, time, own);
        store = new CounterStore(primary, node);
        peeks = new PeekFlusher(store);
    }

    public CountersState State => new(!isUp, cause);

    /// <summary>Since the start: messages that the store was asked to charge, in how many calls, and what these took together.</summary>
    internal (long Messages, long Count, TimeSpan Time) Calls =>
        (Interlocked.Read(ref messagesAsked), Interlocked.Read(ref calls), TimeSpan.FromTicks(Interlocked.Read(ref callTicks)));

    internal CounterStore Store => store;

    /// <summary>Begins to follow the store; returns when it has answered once or has failed once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var first = JoinAsync();
        flushing = RunAsync(first);
        await first.WaitAsync(cancellationToken);
    }

    public ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return isUp ? peeks.AskAsync(charges, cancellationToken) : new(CountAnswer.Unavailable);
    }

    public ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var charge in charges) ArgumentOutOfRangeException.ThrowIfNegative(charge.Units, nameof(charges));
        return AskAsync(new CountRequest(ChargeId.Of(node, chargeId), charges), cancellationToken);
    }

    public async ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken) => await TryRefundAsync(chargeId, cancellationToken);

    public async ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!isUp) return false;
        try
        {
            await store.ResetAsync(keys, cancellationToken);
            return true;
        }
        catch (PostgresUnavailableException)
        {
            return false;
        }
    }

    /// <returns>False: the store did not answer.</returns>
    internal async ValueTask<bool> TryRefundAsync(string chargeId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = await AskAsync(new CountRequest(ChargeId.Of(node, chargeId), [], IsRefund: true), cancellationToken);
        return answer.Outcome != CountOutcome.Unavailable;
    }

    public async ValueTask DisposeAsync()
    {
        isUp = false;
        await closing.CancelAsync();
        charges.Close();
        await flushing;
        charges.GiveUp();
        await peeks.DisposeAsync();
    }

    private ValueTask<CountAnswer> AskAsync(CountRequest request, CancellationToken cancellationToken)
    {
        if (!isUp) return new(CountAnswer.Unavailable);
        var asked = charges.AskAsync(request, cancellationToken);

        // The store went away in between: those who waited then have their answers already.
        if (!isUp) charges.GiveUp();
        return asked;
    }

    private async Task RunAsync(Task<bool> joining)
    {
        try
        {
            while (true)
            {
                var failures = 0;
                for (; !await joining; joining = JoinAsync()) await Task.Delay(Backoff.Delay(++failures, Random.Shared.NextDouble()), time, closing.Token);
                while (isUp && await charges.TakeAsync(closing.Token) is { Count: > 0 } taken) await FlushAsync(taken);
                joining = JoinAsync();
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            charges.GiveUp();
        }
    }

    private static Backoff Backoff { get; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    /// <summary>Learns what the store has of this node's charges and gives it what it has not.</summary>
    private async Task<bool> JoinAsync()
    {
        try
        {
            var here = await store.JoinAsync(closing.Token);
            acknowledged = await own.GiveMissingAsync(store, here, SetUp, closing.Token);
            return true;
        }
        catch (PostgresUnavailableException failure)
        {
            SetAway(failure.Message);
            return false;
        }
    }

    private void SetUp()
    {
        cause = null;
        isUp = true;
    }

    /// <summary>The share is open before anybody is told that the store is away.</summary>
    private void SetAway(string why)
    {
        own.Open();
        cause = why;
        isUp = false;
    }

    private async Task FlushAsync(List<CountRequest> taken)
    {
        try
        {
            for (var from = 0; from < taken.Count;)
            {
                var until = from + 1;
                while (until < taken.Count && taken[until].IsRefund == taken[from].IsRefund) until++;
                var part = taken.GetRange(from, until - from);
                var missing = taken[from].IsRefund ? await RefundAsync(part) : await ChargeAsync(part);
                if (missing is { } here) throw new PostgresUnavailableException($"the store has lost charges: it has {here} of {acknowledged}");
                from = until;
            }
        }
        catch (Exception failure) when (failure is PostgresUnavailableException or OperationCanceledException)
        {
            SetAway(failure.Message);
            foreach (var request in taken) request.Give(CountAnswer.Unavailable);
            charges.GiveUp();
        }
    }

    /// <returns>Not null: what the store has of our charges, which is less than it had.</returns>
    private async Task<long?> ChargeAsync(List<CountRequest> requests)
    {
        // A request and its repetition in one batch get one answer.
        var byId = requests.GroupBy(request => request.Id!.Value).Select(same => same.ToList()).ToList();
        var messages = byId.ConvertAll(same => new CountMessage(same[0].Id!.Value, same[0].Charges));
        var sequence = own.NextSequence(acknowledged);
        var asked = time.GetTimestamp();
        var judged = await store.ChargeAsync(acknowledged, sequence, messages, closing.Token);
        Interlocked.Add(ref callTicks, time.GetElapsedTime(asked).Ticks);
        Interlocked.Add(ref messagesAsked, messages.Count);
        Interlocked.Increment(ref calls);
        if (judged.Missing is { } missing) return missing;

        acknowledged = sequence;
        own.Keep(sequence, messages, judged.Answers);
        for (var i = 0; i < byId.Count; i++)
        {
            foreach (var request in byId[i]) request.Give(judged.Answers[i]);
        }

        return null;
    }

    private async Task<long?> RefundAsync(List<CountRequest> requests)
    {
        var sequence = own.NextSequence(acknowledged);
        Guid[] ids = [.. requests.Select(request => request.Id!.Value).Distinct()];
        if (await store.RefundAsync(acknowledged, sequence, ids, closing.Token) is { } missing) return missing;

        acknowledged = sequence;
        own.KeepRefunds(sequence, ids);
        foreach (var request in requests) request.Give(CountAnswer.Fits);
        return null;
    }
}
