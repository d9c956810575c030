using System.Text.Json.Serialization;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Admin;

/// <summary>Which deliveries are asked for; at least one of the first three.</summary>
/// <param name="SinceMs">No longer ago than this.</param>
/// <param name="Most">The latest of them; 1 to 10000.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DeliveryRequest(string? QueueId, string? Recipient, long? SinceMs, int Most = 1000);

/// <summary>What the mail store answered for one recipient.</summary>
/// <param name="Digest">SHA-256 of the content, hexadecimal; empty when not all of it came.</param>
internal sealed record DeliveryEntry(
    DateTimeOffset At,
    string Node,
    DeliveryOutcome Outcome,
    string QueueId,
    string Sender,
    string Recipient,
    long Size,
    string Digest,
    string Backend,
    string Reply,
    long ElapsedMs)
{
    public static DeliveryEntry Of(DeliveryRecord record) => new(
        record.At,
        record.Node,
        record.Delivery.Outcome,
        record.Delivery.QueueId,
        record.Delivery.Sender,
        record.Delivery.Recipient,
        record.Delivery.Size,
        record.Delivery.Digest,
        record.Delivery.Backend,
        record.Delivery.Reply,
        (long)record.Delivery.Elapsed.TotalMilliseconds);
}

/// <param name="Deliveries">In the order of their times.</param>
/// <param name="MissingCause">The store is away, so these are what this node still keeps itself; one sentence. Null: they are all.</param>
internal sealed record DeliveryList(IReadOnlyList<DeliveryEntry> Deliveries, string? MissingCause)
{
    /// <summary>Each message is there for each recipient: that was the last word about it.</summary>
    [JsonIgnore]
    public bool HaveArrived => Deliveries.Count > 0 &&
        Deliveries.GroupBy(delivery => (delivery.Node, delivery.QueueId, delivery.Recipient)).All(attempts => attempts.Any(attempt => attempt.Outcome == DeliveryOutcome.Stored));
}
