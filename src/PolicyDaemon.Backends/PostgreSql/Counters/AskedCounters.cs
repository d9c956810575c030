using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>
/// The counters of all nodes as a command's own process sees them: it looks, and may empty them, but charges nothing. So it needs no journal, which is
/// the daemon's.
/// </summary>
public sealed class AskedCounters : ICounters, IAsyncDisposable
{
    private readonly CounterStore store;
    private readonly PeekFlusher peeks;

    public AskedCounters(PostgresHosts primary)
    {
        store = new CounterStore(primary, node: "");
        peeks = new PeekFlusher(store);
    }

    public ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken) => peeks.AskAsync(charges, cancellationToken);

    /// <returns>Unavailable, always: only a node charges.</returns>
    public ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken) => new(CountAnswer.Unavailable);

    public ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken) => default;

    public async ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
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

    public ValueTask DisposeAsync() => peeks.DisposeAsync();
}
