using System.Text;
using Dapper;
using Npgsql;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.PostgreSql.Blocks;

/// <summary>The statements of the table <c>policydaemon.blocks</c> and what its rows mean. Each does no harm when it runs twice.</summary>
internal static class PostgresBlockRows
{
    private const string List = """
        SELECT scope, subject, action, reason, author, created_at AS CreatedAt, expires_at AS ExpiresAt FROM policydaemon.blocks
        WHERE NOT removed AND (expires_at IS NULL OR expires_at > @now)
        """;

    private const string Insert = """
        INSERT INTO policydaemon.blocks AS known (scope, subject, action, reason, author, created_at, expires_at, removed, ordered_at)
        VALUES (@scope, @subject, @action, @reason, @author, @createdAt, @expiresAt, @removed, coalesce(@orderedAt, clock_timestamp()))
        ON CONFLICT (scope, subject) DO UPDATE SET action = excluded.action, reason = excluded.reason, author = excluded.author,
            created_at = excluded.created_at, expires_at = excluded.expires_at, removed = excluded.removed,
        """;

    /// <summary>An order given now is the latest, also where this server's clock is behind that of the one that was primary before.</summary>
    private const string Put = Insert + " ordered_at = greatest(excluded.ordered_at, known.ordered_at + interval '1 microsecond')";

    /// <summary>An order given some time ago counts unless a later one is there.</summary>
    private const string Merge = Insert + " ordered_at = excluded.ordered_at WHERE excluded.ordered_at > known.ordered_at";

    private const string IsThere = """
        SELECT EXISTS (SELECT FROM policydaemon.blocks WHERE scope = @scope AND subject = @subject AND NOT removed AND (expires_at IS NULL OR expires_at > @now))
        """;

    /// <summary>Longer than a node that is cut off keeps orders that these rows would have to answer.</summary>
    private const string Forget = """
        DELETE FROM policydaemon.blocks WHERE (removed OR expires_at <= @now) AND ordered_at < clock_timestamp() - interval '30 days'
        """;

    internal static async Task<List<Block>> ReadAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(List, new { now = now.UtcDateTime }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToBlock())];
    }

    internal static Task<DateTime> ReadClockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("SELECT clock_timestamp()", cancellationToken: cancellationToken));

    /// <summary>Gives or takes back; whatever is there makes room.</summary>
    /// <returns>Whether a block of this subject was in force before.</returns>
    internal static async Task<bool> PutAsync(NpgsqlConnection connection, BlockOrder order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var values = new { scope = ToText(order.Subject.Scope), subject = Storable(order.Subject.Key), now = now.UtcDateTime };
        var wasThere = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsThere, values, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(Put, ValuesOf(order), cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(Forget, values, cancellationToken: cancellationToken));
        return wasThere;
    }

    /// <summary>Hands over an order of the time <see cref="BlockOrder.StoreTime"/>; a later one that is there stays.</summary>
    internal static Task<int> MergeAsync(NpgsqlConnection connection, BlockOrder order, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(Merge, ValuesOf(order), cancellationToken: cancellationToken));

    /// <summary>The block as it comes back from the database: times in microseconds, no character that PostgreSQL cannot hold.</summary>
    internal static Block ToStorable(Block block) => block with
    {
        Subject = ToStorable(block.Subject),
        Reason = Storable(block.Reason),
        Author = Storable(block.Author),
        CreatedAt = Truncate(block.CreatedAt),
        ExpiresAt = block.ExpiresAt is { } expiry ? Truncate(expiry) : null,
    };

    /// <inheritdoc cref="ToStorable(Block)"/>
    internal static BlockSubject ToStorable(BlockSubject subject) => subject with { Key = Storable(subject.Key) };

    private static object ValuesOf(BlockOrder order) => new
    {
        scope = ToText(order.Subject.Scope),
        subject = Storable(order.Subject.Key),
        action = ToText(order.Given?.Action ?? BlockAction.Reject),
        reason = order.Given?.Reason ?? "",
        author = order.Given?.Author ?? "",
        createdAt = (order.Given?.CreatedAt ?? order.OrderedAt).UtcDateTime,
        expiresAt = order.Given?.ExpiresAt?.UtcDateTime,
        removed = order.Given is null,
        orderedAt = order.StoreTime?.UtcDateTime,
    };

    private static DateTimeOffset Truncate(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>Without NUL, and with U+FFFD for what is no Unicode.</summary>
    private static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace("\0", "", StringComparison.Ordinal)));

    private static string ToText(BlockScope scope) => scope switch
    {
        BlockScope.Login => "login",
        BlockScope.Domain => "domain",
        _ => "everyone",
    };

    private static string ToText(BlockAction action) => action switch
    {
        BlockAction.Hold => "hold",
        BlockAction.Defer => "defer",
        _ => "reject",
    };

    /// <summary>As Dapper fills it. A hand may have written any time, also infinity, which Npgsql gives as the first or the last there is.</summary>
    private sealed class Row
    {
        public string Scope { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Action { get; init; } = "";

        public string Reason { get; init; } = "";

        public string Author { get; init; } = "";

        public DateTime CreatedAt { get; init; }

        public DateTime? ExpiresAt { get; init; }

        internal Block ToBlock() => new()
        {
            Subject = new BlockSubject(Scope switch { "login" => BlockScope.Login, "domain" => BlockScope.Domain, _ => BlockScope.Everyone }, Subject),
            Action = Action switch { "hold" => BlockAction.Hold, "defer" => BlockAction.Defer, _ => BlockAction.Reject },
            Reason = Reason,
            Author = Author,
            CreatedAt = ToTime(CreatedAt),
            ExpiresAt = ExpiresAt is { } expiry && expiry != DateTime.MaxValue ? ToTime(expiry) : null,
        };

        private static DateTimeOffset ToTime(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
    }
}
