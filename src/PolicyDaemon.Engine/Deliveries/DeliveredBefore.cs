using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Engine.Deliveries;

/// <summary>
/// What the mail store has, in case that Postfix comes with it again because it never heard so. A message that comes under the same queue id, sender and recipient is
/// only suspected: whether it is the same, its content says. Thread-safe; bounded, and what is forgotten is delivered once more, never lost.
/// </summary>
/// <remarks>Postfix's queue ids are unique with <c>enable_long_queue_ids = yes</c>; short ones recur, which costs such a message one more try.</remarks>
public sealed class DeliveredBefore(int most = DeliveredBefore.Most)
{
    /// <summary>Deliveries remembered, about 100 octets each.</summary>
    public const int Most = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, Known> known = [];
    private readonly Queue<(UInt128 Key, long Number)> order = new();
    private readonly HashSet<UInt128> underWay = [];
    private long numbers;

    /// <summary>The mail store has it. Without a queue id or a digest nobody could tell it again.</summary>
    /// <param name="node">Of the daemon.</param>
    public void Remember(string node, Delivery delivery)
    {
        if (delivery is not { Outcome: DeliveryOutcome.Stored, QueueId.Length: > 0, Digest.Length: > 0 }) return;
        var key = KeyOf(node, delivery.QueueId, delivery.Sender, delivery.Recipient);
        lock (gate)
        {
            known[key] = new Known(delivery.Digest, ++numbers);
            order.Enqueue((key, numbers));
            while (order.Count > most) Forget(order.Dequeue());
        }
    }

    /// <summary>At RCPT: it may be there already, so the mail store is not asked to take it before the content has come.</summary>
    public bool IsSuspected(string node, string queueId, string sender, string recipient)
    {
        if (queueId.Length == 0) return false;
        lock (gate) return known.ContainsKey(KeyOf(node, queueId, sender, recipient));
    }

    /// <summary>At the end of a message that was suspected: is it the one that is there?</summary>
    /// <param name="digest">Of what came, as <see cref="Delivery.Digest"/>.</param>
    /// <returns>False: it is another, and will not be suspected when it comes again.</returns>
    public bool IsThere(string node, string queueId, string sender, string recipient, string digest)
    {
        var key = KeyOf(node, queueId, sender, recipient);
        lock (gate)
        {
            if (known.TryGetValue(key, out var before) && digest.Length > 0 && string.Equals(before.Digest, digest, StringComparison.Ordinal)) return true;
            known.Remove(key);
            return false;
        }
    }

    /// <summary>
    /// Before the mail store has the whole of a message: Postfix may have lost its connection and come again while the mail store is still busy with the first, and then
    /// only one of the two may reach it.
    /// </summary>
    /// <returns>To be disposed when it is known what became of it. Null: for one of these recipients the same message is under way, or there meanwhile.</returns>
    public IDisposable? TryClaim(string node, string queueId, string sender, IEnumerable<string> recipients)
    {
        HashSet<UInt128> keys = queueId.Length == 0 ? [] : [.. recipients.Select(recipient => KeyOf(node, queueId, sender, recipient))];
        lock (gate)
        {
            if (keys.Any(key => underWay.Contains(key) || known.ContainsKey(key))) return null;
            underWay.UnionWith(keys);
        }

        return new Claim(this, keys);
    }

    private void Free(HashSet<UInt128> keys)
    {
        lock (gate) underWay.ExceptWith(keys);
    }

    private void Forget((UInt128 Key, long Number) oldest)
    {
        // It may have been remembered anew since.
        if (known.TryGetValue(oldest.Key, out var found) && found.Number == oldest.Number) known.Remove(oldest.Key);
    }

    /// <summary>128 bits of SHA-256: two keys are never taken for one by chance, and if they were, the digest would tell.</summary>
    private static UInt128 KeyOf(string node, string queueId, string sender, string recipient) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{node}\0{queueId}\0{sender}\0{recipient}")));

    private readonly record struct Known(string Digest, long Number);

    private sealed class Claim(DeliveredBefore before, HashSet<UInt128> keys) : IDisposable
    {
        public void Dispose() => before.Free(keys);
    }
}
