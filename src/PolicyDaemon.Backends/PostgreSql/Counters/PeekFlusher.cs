using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Peeks of concurrent requests in one query. They lock nothing and write nothing.</summary>
internal sealed class PeekFlusher : IAsyncDisposable
{
    private const int MaxWaiting = 20_000;

    private readonly CounterStore store;
    private readonly RequestQueue waiting = new(MaxWaiting);
    /// <summary>Never disposed: it holds no timer, and who comes late must still be able to look at it.</summary>
    private readonly CancellationTokenSource closing = new();
    private readonly Task flushing;

    public PeekFlusher(CounterStore store)
    {
        this.store = store;
        flushing = RunAsync();
    }

    public ValueTask<CountAnswer> AskAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken) =>
        waiting.AskAsync(new CountRequest(Id: null, charges), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        waiting.Close();
        await flushing;
        waiting.GiveUp();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await waiting.TakeAsync(closing.Token) is { Count: > 0 } taken) await FlushAsync(taken);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            waiting.GiveUp();
        }
    }

    private async Task FlushAsync(List<CountRequest> taken)
    {
        try
        {
            var rooms = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var charge in taken.SelectMany(request => request.Charges))
            {
                var key = StoredKey.Of(charge.Key);
                var room = CountedUnits.LimitOf(charge) - CountedUnits.Of(charge);
                rooms[key] = rooms.TryGetValue(key, out var least) ? Math.Min(least, room) : room;
            }

            var seen = await store.PeekAsync([.. rooms.Keys], [.. rooms.Values], closing.Token);
            foreach (var request in taken) request.Give(Judge(request.Charges, seen));
        }
        catch (Exception failure) when (failure is PostgresUnavailableException or OperationCanceledException)
        {
            // Whoever waits behind would fare no better.
            foreach (var request in taken) request.Give(CountAnswer.Unavailable);
            waiting.GiveUp();
        }
    }

    private static CountAnswer Judge(IReadOnlyList<Charge> charges, SeenCounters seen)
    {
        CountAnswer? soft = null;
        foreach (var charge in charges)
        {
            if (FindExceeded(charge, seen) is not { } exceeded) continue;
            if (!charge.IsSoft) return exceeded;
            soft ??= exceeded;
        }

        return soft ?? CountAnswer.Fits;
    }

    private static CountAnswer? FindExceeded(Charge charge, SeenCounters seen)
    {
        // What is not among what was seen has nothing counted, or so little that this fits.
        var slices = seen.Slices.GetValueOrDefault(StoredKey.Of(charge.Key));
        var used = slices?.Used(charge.Window, seen.Now) ?? 0;
        if (charge.Units <= charge.Limit - used) return null;
        var outcome = charge.IsSoft ? CountOutcome.ExceededSoftly : CountOutcome.Exceeded;
        return new CountAnswer(outcome, charge, used, slices?.RetryAfter(charge.Units, charge.Limit, charge.Window, seen.Now) ?? TimeSpan.Zero);
    }
}
