using Dapper;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>Of which tables the server announces every change. An answer that comes from another table must not be kept.</summary>
internal static class WatchedTables
{
    /// <summary>Four triggers, one for each kind of change; a partition is also changed through its parent, whose triggers alone fire then.</summary>
    private const string Unwatched = """
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(@schemas::text[], @names::text[]))
            AND (c.relkind <> 'r'
                OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
                OR 4 > (SELECT count(DISTINCT t.tgtype) FROM pg_trigger t
                    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace own ON own.oid = p.pronamespace
                    WHERE t.tgrelid = c.oid AND t.tgenabled = 'A' AND own.nspname = 'policydaemon' AND p.proname = 'announce_directory'))
        ORDER BY 1
        """;

    /// <summary>What a statement reads of which changes are not announced; empty: its answers can be kept.</summary>
    /// <param name="connection">Inside a transaction.</param>
    /// <exception cref="PostgresException">The statement is wrong, or we may not read what it names.</exception>
    public static async Task<IReadOnlyList<string>> FindUnwatchedAsync(NpgsqlConnection connection, DirectoryStatement statement)
    {
        var plan = await QueryPlan.ExplainAsync(connection, statement);
        var tables = await connection.QueryAsync<string>(
            Unwatched, new { schemas = plan.Tables.Select(table => table.Schema).ToArray(), names = plan.Tables.Select(table => table.Name).ToArray() });
        return [.. tables, .. plan.Functions.Select(function => $"{function}()")];
    }
}
