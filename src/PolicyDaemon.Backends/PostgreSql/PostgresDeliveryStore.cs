using System.Text;
using Dapper;
using Npgsql;
using PolicyDaemon.Backends.Deliveries;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The ledger in <c>policydaemon.deliveries</c>, of all nodes.</summary>
/// <param name="source">Not disposed here.</param>
public sealed class PostgresDeliveryStore(PostgresSource source) : IDeliveryStore
{
    private const string Insert = """
        INSERT INTO policydaemon.deliveries (id, node, at, outcome, stage, queue_id, sender, recipient, size, digest, backend, reply, elapsed_ms)
        SELECT * FROM unnest(@ids::uuid[], @nodes::text[], @times::timestamptz[], @outcomes::text[], @stages::text[], @queueIds::text[], @senders::text[], @recipients::text[],
            @sizes::bigint[], @digests::text[], @backends::text[], @replies::text[], @elapsed::bigint[])
        ON CONFLICT DO NOTHING
        """;

    private const string Columns = "id, at, node, outcome, stage, queue_id AS QueueId, sender, recipient, size, digest, backend, reply, elapsed_ms AS ElapsedMs";

    private const string Forget =
        "DELETE FROM policydaemon.deliveries WHERE id IN (SELECT id FROM policydaemon.deliveries WHERE at < @before ORDER BY at LIMIT @most)";

    public Task WriteAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancellationToken)
    {
        var values = new
        {
            ids = records.Select(record => record.Id).ToArray(),
            nodes = Texts(record => record.Node),
            times = records.Select(record => record.At.UtcDateTime).ToArray(),
            outcomes = Texts(record => DeliveryWords.Of(record.Delivery.Outcome)),
            stages = Texts(record => DeliveryWords.Of(record.Delivery.Stage)),
            queueIds = Texts(record => record.Delivery.QueueId),
            senders = Texts(record => record.Delivery.Sender),
            recipients = Texts(record => record.Delivery.Recipient),
            sizes = records.Select(record => record.Delivery.Size).ToArray(),
            digests = Texts(record => record.Delivery.Digest),
            backends = Texts(record => record.Delivery.Backend),
            replies = Texts(record => record.Delivery.Reply),
            elapsed = records.Select(record => (long)record.Delivery.Elapsed.TotalMilliseconds).ToArray(),
        };
        return RunAsync((connection, token) => connection.ExecuteAsync(new CommandDefinition(Insert, values, cancellationToken: token)), cancellationToken);

        string[] Texts(Func<DeliveryRecord, string> of) => [.. records.Select(record => Storable(of(record)))];
    }

    public Task<IReadOnlyList<DeliveryRecord>> FindAsync(DeliveryQuery query, CancellationToken cancellationToken)
    {
        var where = string.Concat(
            query.QueueId is null ? "" : " AND queue_id = @queueId",
            query.Recipient is null ? "" : " AND lower(recipient) = lower(@recipient COLLATE \"C\")",
            query.Since is null ? "" : " AND at >= @since");
        var text = $"SELECT {Columns} FROM policydaemon.deliveries WHERE true{where} ORDER BY at DESC LIMIT @most";
        var values = new
        {
            queueId = Storable(query.QueueId ?? ""), recipient = Storable(query.Recipient ?? ""), since = (query.Since ?? default).UtcDateTime, most = query.Most,
        };
        return RunAsync(
            async (connection, token) =>
            {
                var rows = await connection.QueryAsync<Row>(new CommandDefinition(text, values, cancellationToken: token));
                return (IReadOnlyList<DeliveryRecord>)[.. rows.Reverse().Select(row => row.ToRecord())];
            },
            cancellationToken);
    }

    public Task<int> ForgetAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) => RunAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(Forget, new { before = before.UtcDateTime, most }, cancellationToken: token)), cancellationToken);

    /// <summary>With U+FFFD for what is no Unicode, and for NUL, which PostgreSQL has not.</summary>
    private static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await source.Primary.RunAsync(work, cancellationToken);
        }
        catch (PostgresUnavailableException exception)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }

    private sealed class Row : DeliveryRow
    {
        public Guid Id { get; init; }

        public DateTime At { get; init; }

        public DeliveryRecord ToRecord() => ToRecord(Id, new DateTimeOffset(DateTime.SpecifyKind(At, DateTimeKind.Utc)));
    }
}
