using Dapper;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Under which name each daemon is there: it holds a shared advisory lock for its name as long as its connection for changes lasts. Nobody waits for it; two of one name can be
/// counted.
/// </summary>
/// <remarks>PostgreSQL's documentation, "pg_locks": of an advisory lock with two keys the first is <c>classid</c>, the second <c>objid</c>, and <c>objsubid</c> is 2.</remarks>
internal static class NodeNames
{
    private const string Hold = "SELECT pg_advisory_lock_shared(hashtext('policydaemon.node'), hashtext($1))";

    private const string Count = """
        SELECT count(*)::int FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND classid = (hashtext('policydaemon.node')::bigint & 4294967295)::oid AND objid = (hashtext(@node)::bigint & 4294967295)::oid
        """;

    public static async Task HoldAsync(NpgsqlConnection connection, string node, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Hold, connection) { Parameters = { new() { Value = node } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>Connections of daemons of that name.</returns>
    public static Task<int> CountAsync(NpgsqlConnection connection, string node) => connection.QuerySingleAsync<int>(Count, new { node });
}
