using System.Collections.Concurrent;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Engine.Guessing;

/// <summary>
/// Tells the store what the guard of this node has seen, and the guard what others have. Once a second, so that an attacker who asks all nodes at
/// once gets at most so many guesses from each. While the store is away each node guards for itself; what it could not tell waits, bounded.
/// </summary>
public sealed class GuardSharing : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Events that wait to be told. More are not: this node knows them, and the others will see for themselves.</summary>
    public const int MaxWaiting = 20_000;

    private const int PageSize = 1000;

    /// <summary>Longer than two writers can be apart whose events are numbered the other way round.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(10);

    private readonly IGuardStore store;
    private readonly GuessingGuard guard;
    private readonly Func<GuardRules> rules;
    private readonly TimeProvider time;
    private readonly Action<string?> onChange;
    private readonly ConcurrentQueue<GuardEvent> waiting = new();
    private readonly Dictionary<long, long> seenAt = [];
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim turn = new(1);
    private Task working = Task.CompletedTask;
    private bool hasSecret;
    private bool isAway;
    private long after;
    private long? forgotAt;

    /// <param name="onChange">Told the cause when the store cannot be asked, and null when it can again; must not block.</param>
    public GuardSharing(IGuardStore store, GuessingGuard guard, Func<GuardRules> rules, TimeProvider time, Action<string?> onChange)
    {
        (this.store, this.guard, this.rules, this.time, this.onChange) = (store, guard, rules, time, onChange);
        guard.Happened = seen =>
        {
            if (waiting.Count < MaxWaiting) waiting.Enqueue(seen);
        };
    }

    /// <summary>Events that the store does not know yet.</summary>
    public int Waiting => waiting.Count;

    /// <summary>Exchanges once, so that what was known before a restart counts for the first login, and then every <see cref="Interval"/>.</summary>
    public async Task StartAsync()
    {
        await ExchangeAsync(closing.Token);
        working = WorkAsync();
    }

    /// <summary>Tells and hears now.</summary>
    public async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (!hasSecret) guard.UseSecret(await store.ReadSecretAsync(cancellationToken));
            hasSecret = true;
            await TellAsync(cancellationToken);
            await HearAsync(cancellationToken);
            await ForgetAsync(cancellationToken);
            if (isAway) onChange(null);
            isAway = false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: an exception that ended the sharing would leave this node alone for ever, and nobody would hear of it.
            if (!isAway) onChange(failure is StoreUnavailableException ? failure.Message : $"a mistake in this program: {failure.Message}");
            isAway = true;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        guard.Happened = null;
        await closing.CancelAsync();
        await working;
        closing.Dispose();
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(closing.Token)) await ExchangeAsync(closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        while (!waiting.IsEmpty)
        {
            var page = waiting.Take(PageSize).ToList();
            await store.WriteAsync(page, cancellationToken);
            for (var i = 0; i < page.Count; i++) waiting.TryDequeue(out _);
        }
    }

    /// <summary>One's own come back too, and do no harm: they say what is known.</summary>
    private async Task HearAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredGuardEvent> page;
        var from = after;
        var now = time.GetTimestamp();
        do
        {
            page = await store.ReadAsync(from, PageSize, cancellationToken);
            foreach (var (number, seen) in page)
            {
                from = Math.Max(from, number);
                if (seenAt.TryAdd(number, now)) guard.Apply(seen);
            }
        }
        while (page.Count == PageSize);

        foreach (var (number, heardAt) in seenAt.Where(pair => time.GetElapsedTime(pair.Value, now) > Overlap).ToList())
        {
            after = Math.Max(after, number);
            seenAt.Remove(number);
        }
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if (forgotAt is { } last && time.GetElapsedTime(last) < ForgetInterval) return;
        var (inForce, now) = (rules(), time.GetUtcNow());
        await store.ForgetAsync(now - inForce.Within - inForce.Lockout, now - GuardRules.KnownFor, cancellationToken);
        forgotAt = time.GetTimestamp();
    }
}
