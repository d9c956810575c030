namespace PolicyDaemon.Engine.Deliveries;

/// <summary>One line of the ledger: a delivery, where and when.</summary>
/// <param name="Id">Unique. Written twice, a record counts once.</param>
/// <param name="Node">Of the daemon that relayed it.</param>
/// <param name="At">When the answer came.</param>
public sealed record DeliveryRecord(Guid Id, string Node, DateTimeOffset At, Delivery Delivery);

/// <summary>Which deliveries are meant: all that match everything that is given.</summary>
/// <param name="QueueId">Null: any.</param>
/// <param name="Recipient">Upper and lower case of ASCII are the same. Null: any.</param>
/// <param name="Since">Null: from the beginning.</param>
/// <param name="Most">No more than these, the latest.</param>
public sealed record DeliveryQuery(string? QueueId, string? Recipient, DateTimeOffset? Since, int Most)
{
    public bool Matches(DeliveryRecord record) =>
        (QueueId is null || string.Equals(record.Delivery.QueueId, QueueId, StringComparison.Ordinal)) &&
        (Recipient is null || string.Equals(record.Delivery.Recipient, Recipient, StringComparison.OrdinalIgnoreCase)) &&
        (Since is null || record.At >= Since);
}

/// <summary>Where the ledger is kept in the end.</summary>
/// <remarks>Every method throws <see cref="Blocks.StoreUnavailableException"/> while the store is away.</remarks>
public interface IDeliveryStore
{
    /// <summary>All of them or none. Those that are there already stay as they are.</summary>
    Task WriteAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancellationToken);

    /// <returns>In the order of their times.</returns>
    Task<IReadOnlyList<DeliveryRecord>> FindAsync(DeliveryQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes what is older, the oldest first, in steps so that nobody waits for it.</summary>
    /// <returns>How many; fewer than <paramref name="most"/> when there are no more.</returns>
    Task<int> ForgetAsync(DateTimeOffset before, int most, CancellationToken cancellationToken);
}
