using PolicyDaemon.Backends.InMemory;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Tests;

/// <summary>Real counters with a switch for a store that is away, and a list of what was charged.</summary>
internal sealed class TestCounters(TimeProvider time) : ICounters
{
    private readonly InMemoryCounters inner = new(time);

    public bool IsDown { get; set; }

    /// <summary><c>id: key units, key units</c> for each charge asked for.</summary>
    public List<string> Charged { get; } = [];

    public ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken) =>
        IsDown ? new(CountAnswer.Unavailable) : inner.PeekAsync(charges, cancellationToken);

    public ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        Charged.Add($"{chargeId}: {string.Join(", ", charges.Select(charge => $"{charge.Key} {charge.Units}"))}");
        return IsDown ? new(CountAnswer.Unavailable) : inner.ChargeAsync(chargeId, charges, cancellationToken);
    }

    /// <summary>The ids that were given back.</summary>
    public List<string> GivenBack { get; } = [];

    public ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken)
    {
        GivenBack.Add(chargeId);
        return inner.RefundAsync(chargeId, cancellationToken);
    }

    public ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        IsDown ? new(false) : inner.ResetAsync(keys, cancellationToken);
}
