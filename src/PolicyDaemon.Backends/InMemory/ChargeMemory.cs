using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.InMemory;

/// <summary>Units that were added to a slice of a key.</summary>
internal readonly record struct ChargedUnits(string Key, long Slice, long Units);

/// <summary>A charge that was made: the answer that was given, and what to take back at a refund.</summary>
internal sealed record MadeCharge(CountAnswer Answer, IReadOnlyList<ChargedUnits> Units);

/// <summary>The charges of the last while, by charge id, so that a repeated request counts once. Not thread-safe.</summary>
/// <param name="capacity">
/// How many are remembered. Beyond it the oldest is forgotten early: were that very request repeated, it would count twice, which
/// passes less and never more.
/// </param>
internal sealed class ChargeMemory(int capacity)
{
    /// <summary>Postfix repeats a request within twice its time limit of 100 s (postconf(5), "smtpd_policy_service_try_limit").</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    private readonly Dictionary<string, (MadeCharge Charge, long At)> charges = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long At)> order = new();

    public MadeCharge? Find(string id) => charges.TryGetValue(id, out var found) ? found.Charge : null;

    public void Remember(string id, MadeCharge charge, long now)
    {
        charges[id] = (charge, now);
        order.Enqueue((id, now));
        Trim(now);
    }

    public MadeCharge? Take(string id) => charges.Remove(id, out var found) ? found.Charge : null;

    /// <summary>Forgets what is too old or too much.</summary>
    public void Trim(long now)
    {
        while (order.TryPeek(out var oldest) && (order.Count > capacity || now - oldest.At > Lifetime.Ticks))
        {
            order.Dequeue();

            // An id that was taken back and charged again has a later place in the order.
            if (charges.TryGetValue(oldest.Id, out var found) && found.At == oldest.At) charges.Remove(oldest.Id);
        }
    }
}
