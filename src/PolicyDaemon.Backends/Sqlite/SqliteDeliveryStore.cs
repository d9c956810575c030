using Dapper;
using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The ledger in the database file.</summary>
public sealed class SqliteDeliveryStore(SqliteDatabase database) : IDeliveryStore
{
    private const string Columns = "node, outcome, stage, queue_id AS QueueId, sender, recipient, size, digest, backend, reply, elapsed_ms AS ElapsedMs";

    public Task WriteAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            """
            INSERT INTO deliveries (id, node, at, outcome, stage, queue_id, sender, recipient, size, digest, backend, reply, elapsed_ms)
            VALUES (@id, @node, @at, @outcome, @stage, @queueId, @sender, @recipient, @size, @digest, @backend, @reply, @elapsed)
            ON CONFLICT DO NOTHING
            """,
            records.Select(record => new
            {
                id = record.Id.ToByteArray(), node = record.Node, at = record.At.ToUnixTimeMilliseconds(), outcome = DeliveryWords.Of(record.Delivery.Outcome),
                stage = DeliveryWords.Of(record.Delivery.Stage), queueId = record.Delivery.QueueId, sender = record.Delivery.Sender, recipient = record.Delivery.Recipient,
                size = record.Delivery.Size, digest = record.Delivery.Digest, backend = record.Delivery.Backend, reply = record.Delivery.Reply,
                elapsed = (long)record.Delivery.Elapsed.TotalMilliseconds,
            })),
        cancellationToken);

    public Task<IReadOnlyList<DeliveryRecord>> FindAsync(DeliveryQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            var where = string.Concat(
                query.QueueId is null ? "" : " AND queue_id = @queueId",
                query.Recipient is null ? "" : " AND recipient = @recipient COLLATE NOCASE",
                query.Since is null ? "" : " AND at >= @since");
            var rows = connection.Query<Row>(
                $"SELECT id, at, {Columns} FROM deliveries WHERE true{where} ORDER BY at DESC LIMIT @most",
                new { queueId = query.QueueId, recipient = query.Recipient, since = query.Since?.ToUnixTimeMilliseconds(), most = query.Most });
            return (IReadOnlyList<DeliveryRecord>)[.. rows.Reverse().Select(row => row.ToRecord())];
        },
        cancellationToken);

    public Task<int> ForgetAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE at < @before ORDER BY at LIMIT @most)", new { before = before.ToUnixTimeMilliseconds(), most }),
        cancellationToken);

    private sealed class Row : DeliveryRow
    {
        public byte[] Id { get; init; } = [];

        public long At { get; init; }

        public DeliveryRecord ToRecord() => ToRecord(new Guid(Id), DateTimeOffset.FromUnixTimeMilliseconds(At));
    }
}
