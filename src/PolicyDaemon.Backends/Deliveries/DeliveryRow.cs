using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Deliveries;

/// <summary>What both tables have in the same form.</summary>
internal abstract class DeliveryRow
{
    public string Node { get; init; } = "";

    public string Outcome { get; init; } = "";

    public string Stage { get; init; } = "";

    public string QueueId { get; init; } = "";

    public string Sender { get; init; } = "";

    public string Recipient { get; init; } = "";

    public long Size { get; init; }

    public string Digest { get; init; } = "";

    public string Backend { get; init; } = "";

    public string Reply { get; init; } = "";

    public long ElapsedMs { get; init; }

    protected DeliveryRecord ToRecord(Guid id, DateTimeOffset at) => new(id, Node, at, new Delivery
    {
        Outcome = DeliveryWords.Outcome(Outcome),
        Stage = DeliveryWords.Stage(Stage),
        QueueId = QueueId,
        Sender = Sender,
        Recipient = Recipient,
        Size = Size,
        Digest = Digest,
        Backend = Backend,
        Reply = Reply,
        Elapsed = TimeSpan.FromMilliseconds(ElapsedMs),
    });
}
