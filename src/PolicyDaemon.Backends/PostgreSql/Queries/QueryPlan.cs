using System.Text.Json;
using Dapper;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>What the server would read to answer a statement: its own plan tells, also behind views.</summary>
/// <param name="Tables">As (schema, name).</param>
/// <param name="Functions">Functions that give rows: what they read, no plan tells.</param>
internal sealed record QueryPlan(IReadOnlySet<(string Schema, string Name)> Tables, IReadOnlySet<string> Functions)
{
    private const string Name = "policydaemon_plan";

    /// <summary>Also finds out whether the tables are there and whether we may read them. Nothing is read.</summary>
    /// <param name="connection">Inside a transaction, so that a pooler gives us one session; what is set here ends with it.</param>
    /// <exception cref="PostgresException">The statement is wrong, or we may not.</exception>
    public static async Task<QueryPlan> ExplainAsync(NpgsqlConnection connection, DirectoryStatement statement)
    {
        // The plan for any value: one for a certain value could leave a table out.
        await ExecuteAsync(connection, "SET LOCAL plan_cache_mode = force_generic_plan");
        await ExecuteAsync(connection, $"PREPARE {Name} AS {statement.Sql}");
        var values = string.Join(", ", Enumerable.Repeat("NULL", statement.Bind("").Count()));
        using var plan = JsonDocument.Parse(await ExplainPreparedAsync(connection, values.Length > 0 ? $"{Name}({values})" : Name));
        var (tables, functions) = (new HashSet<(string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        Collect(plan.RootElement, tables, functions);
        return new QueryPlan(tables, functions);
    }

    /// <summary>A prepared statement outlives its transaction, so it is taken away also after a failure.</summary>
    private static async Task<string> ExplainPreparedAsync(NpgsqlConnection connection, string call)
    {
        await ExecuteAsync(connection, "SAVEPOINT explained");
        try
        {
            return await connection.ExecuteScalarAsync<string>($"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE {call}") ?? "[]";
        }
        finally
        {
            await ExecuteAsync(connection, $"ROLLBACK TO explained; DEALLOCATE {Name}");
        }
    }

    private static void Collect(JsonElement node, HashSet<(string, string)> tables, HashSet<string> functions)
    {
        if (node.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in node.EnumerateArray()) Collect(item, tables, functions);
            return;
        }

        if (node.ValueKind != JsonValueKind.Object) return;
        if (node.TryGetProperty("Relation Name", out var table)) tables.Add((node.GetProperty("Schema").GetString()!, table.GetString()!));
        if (node.TryGetProperty("Function Name", out var function) && node.GetProperty("Schema").GetString() != "pg_catalog") functions.Add(function.GetString()!);
        foreach (var property in node.EnumerateObject()) Collect(property.Value, tables, functions);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
