using System.Globalization;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>
/// All queries that one question needs, as one statement: one round trip, one state of the tables, and with each answer the server that
/// gave it. Its row is (in recovery, when the server was started, what each query gave as a JSON array of objects, NULL for no rows).
/// </summary>
internal sealed class DirectoryStatement
{
    /// <summary>Tells the servers apart, in microseconds since 1970, as <see cref="PostgresListener.ServerStartedAt"/> does.</summary>
    private const string ServerStartedAt = "(extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint";

    private readonly IReadOnlyList<(LookupQuery Query, int MaxRows)> queries;

    /// <param name="queries">With the number of rows that are looked at.</param>
    public DirectoryStatement(params IReadOnlyList<(LookupQuery Query, int MaxRows)> queries)
    {
        this.queries = queries;
        var first = 1;
        var parts = new List<string>();
        foreach (var (query, maxRows) in queries)
        {
            var sql = query.Write(first);
            first += query.Parameters;
            var condition = query.IsPartial ? string.Create(CultureInfo.InvariantCulture, $" WHERE ${first++}::boolean") : "";
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"(SELECT json_agg(q)::text FROM (SELECT * FROM ({sql}\n) AS q{condition} LIMIT {maxRows}) AS q)"));
        }

        Sql = $"SELECT pg_is_in_recovery(), {ServerStartedAt}, {string.Join(", ", parts)}";
    }

    public string Sql { get; }

    /// <summary>How many queries it consists of.</summary>
    public int Parts => queries.Count;

    /// <summary>The values of all parameters, in their order.</summary>
    public IEnumerable<string> Bind(string key)
    {
        var lookup = new LookupKey(key);
        foreach (var (query, _) in queries)
        {
            foreach (var value in query.Bind(lookup)) yield return value;
            if (query.IsPartial) yield return query.Answers(lookup) ? "true" : "false";
        }
    }
}
