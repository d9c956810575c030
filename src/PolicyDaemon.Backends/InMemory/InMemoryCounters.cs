using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.InMemory;

/// <summary>Counters of this process alone; a restart forgets them.</summary>
/// <remarks>
/// Bounded: beyond <paramref name="maxKeys"/> keys of one limit with something counted, a charge to a new key of it is Unavailable, never let
/// through. Each limit has room of its own: a flood of strangers or recipients fills the limits on these and not those on logins. The
/// clock is the monotonic one, so that setting the system's time changes nothing.
/// </remarks>
/// <param name="maxKeys">For each limit; about 200 octets each when used once.</param>
/// <param name="maxCharges">How many charge ids are remembered, about 400 octets each.</param>
public sealed class InMemoryCounters(TimeProvider time, int maxKeys = 100_000, int maxCharges = 100_000) : ICounters
{
    private readonly Lock gate = new();
    private readonly long started = time.GetTimestamp();
    private readonly Dictionary<string, LimitKeys> limits = new(StringComparer.Ordinal);
    private readonly ChargeMemory memory = new(maxCharges);

    public ValueTask<CountAnswer> PeekAsync(IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            var now = Now();
            CountAnswer? soft = null;
            foreach (var charge in charges)
            {
                if (FindExceeded(charge, now) is not { } exceeded) continue;
                if (!charge.IsSoft) return new(exceeded);
                soft ??= exceeded;
            }

            return new(soft ?? CountAnswer.Fits);
        }
    }

    public ValueTask<CountAnswer> ChargeAsync(string chargeId, IReadOnlyList<Charge> charges, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var charge in charges) ArgumentOutOfRangeException.ThrowIfNegative(charge.Units, nameof(charges));
        lock (gate)
        {
            var now = Now();
            memory.Trim(now);
            if (memory.Find(chargeId) is { } made) return new(made.Answer);

            var units = new List<ChargedUnits>(charges.Count);
            var answer = Add(charges, units, now);
            if (answer.Outcome is CountOutcome.Fits or CountOutcome.ExceededSoftly) memory.Remember(chargeId, new MadeCharge(answer, units), now);
            else TakeBack(units);
            return new(answer);
        }
    }

    public ValueTask RefundAsync(string chargeId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (memory.Take(chargeId) is { } made) TakeBack(made.Units);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ResetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            foreach (var key in keys) KeysOf(key).Remove(key);
        }

        return new(true);
    }

    /// <summary>Adds one charge after the other until one that is not soft does not fit.</summary>
    /// <param name="units">Receives what was added, also when the answer is not Fits: then it must be taken back.</param>
    private CountAnswer Add(IReadOnlyList<Charge> charges, List<ChargedUnits> units, long now)
    {
        CountAnswer? soft = null;
        foreach (var charge in charges)
        {
            if (FindExceeded(charge, now) is { } exceeded)
            {
                if (!charge.IsSoft) return exceeded;
                soft ??= exceeded;
            }
            else if (charge.Units > 0)
            {
                if (KeysOf(charge.Key).FindOrAdd(charge.Key, now) is not { } window) return CountAnswer.Unavailable;
                units.Add(new ChargedUnits(charge.Key, window.Add(charge, now), charge.Units));
            }
        }

        return soft ?? CountAnswer.Fits;
    }

    private CountAnswer? FindExceeded(Charge charge, long now)
    {
        var window = KeysOf(charge.Key).Find(charge.Key);
        window?.Trim(charge.Window, now);
        if (window?.Fits(charge) ?? charge.Units <= charge.Limit) return null;

        var outcome = charge.IsSoft ? CountOutcome.ExceededSoftly : CountOutcome.Exceeded;
        return new CountAnswer(outcome, charge, window?.Used ?? 0, window?.RetryAfter(charge, now) ?? TimeSpan.Zero);
    }

    /// <summary>The limit's name stands before the first slash of a key.</summary>
    private LimitKeys KeysOf(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? key : key.AsSpan(0, slash);
        var byName = limits.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byName.TryGetValue(name, out var keys)) byName[name] = keys = new LimitKeys(maxKeys);
        return keys;
    }

    private void TakeBack(IReadOnlyList<ChargedUnits> units)
    {
        foreach (var (key, slice, count) in units) KeysOf(key).Find(key)?.Remove(slice, count);
    }

    private long Now() => time.GetElapsedTime(started).Ticks;
}
