using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.InMemory;

/// <summary>Counters of this process alone; a restart forgets them.</summary>
/// <remarks>
/// Bounded: beyond <paramref name="maxKeys"/> keys with something counted, a charge to a new key is Unavailable, never let through.
/// The clock is the monotonic one, so that setting the system's time changes nothing.
/// </remarks>
/// <param name="maxKeys">About 200 octets each when used once.</param>
/// <param name="maxCharges">How many charge ids are remembered, about 400 octets each.</param>
public sealed class InMemoryCounters(TimeProvider time, int maxKeys = 100_000, int maxCharges = 100_000) : ICounters
{
    /// <summary>Looking for keys to drop reads all of them: not more often than this.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly long started = time.GetTimestamp();
    private readonly Dictionary<string, SlidingWindow> windows = new(StringComparer.Ordinal);
    private readonly ChargeMemory memory = new(maxCharges);
    private long? sweptAt;

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
                if (FindOrAdd(charge.Key, now) is not { } window) return CountAnswer.Unavailable;
                units.Add(new ChargedUnits(charge.Key, window.Add(charge, now), charge.Units));
            }
        }

        return soft ?? CountAnswer.Fits;
    }

    private CountAnswer? FindExceeded(Charge charge, long now)
    {
        var window = windows.GetValueOrDefault(charge.Key);
        window?.Trim(charge.Window, now);
        if (window?.Fits(charge) ?? charge.Units <= charge.Limit) return null;

        var outcome = charge.IsSoft ? CountOutcome.ExceededSoftly : CountOutcome.Exceeded;
        return new CountAnswer(outcome, charge, window?.Used ?? 0, window?.RetryAfter(charge, now) ?? TimeSpan.Zero);
    }

    private SlidingWindow? FindOrAdd(string key, long now)
    {
        if (windows.TryGetValue(key, out var window)) return window;
        if (windows.Count >= maxKeys) Sweep(now);
        if (windows.Count >= maxKeys) return null;
        return windows[key] = new SlidingWindow();
    }

    private void TakeBack(IReadOnlyList<ChargedUnits> units)
    {
        foreach (var (key, slice, count) in units) windows.GetValueOrDefault(key)?.Remove(slice, count);
    }

    private void Sweep(long now)
    {
        if (now - sweptAt < SweepEvery.Ticks) return;
        sweptAt = now;
        foreach (var (key, window) in windows)
        {
            if (window.Used == 0 || window.EmptyAt <= now) windows.Remove(key);
        }
    }

    private long Now() => time.GetElapsedTime(started).Ticks;
}
