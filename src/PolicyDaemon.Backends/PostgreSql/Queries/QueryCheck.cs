using System.Data;
using Npgsql;
using Npgsql.PostgresTypes;

namespace PolicyDaemon.Backends.PostgreSql.Queries;

/// <summary>Whether the server understands the queries, and whether what they give is what we understand.</summary>
internal static class QueryCheck
{
    private static readonly HashSet<string> TextTypes = new(StringComparer.Ordinal) { "text", "character varying", "character", "name", "citext" };
    private static readonly HashSet<string> FlagTypes = new(StringComparer.Ordinal) { "boolean", "smallint", "integer", "bigint", "numeric" };

    private static readonly HashSet<string> AmountTypes = new(StringComparer.Ordinal) { "smallint", "integer", "bigint", "numeric" };

    /// <summary>All that is wrong, one private sentence each, that names the query.</summary>
    /// <exception cref="PostgresUnavailableException">The server could not be asked.</exception>
    public static async Task<IReadOnlyList<string>> FindProblemsAsync(PostgresHosts hosts, DirectoryQueries queries, CancellationToken cancellationToken)
    {
        (LookupQuery? Query, QueryColumns Columns)[] all =
        [
            (queries.Domain, QueryColumns.Domain), (queries.Account, QueryColumns.Account), (queries.Address, QueryColumns.Address),
            (queries.Alias, QueryColumns.Alias), (queries.AllowedSenders, QueryColumns.AllowedSenders),
            (queries.Password, QueryColumns.Password), (queries.Users, QueryColumns.Users),
        ];
        var problems = new List<string>();
        foreach (var (query, columns) in all)
        {
            if (query is null) continue;
            var found = await hosts.RunAsync((connection, token) => FindProblemsAsync(connection, query, columns, token), cancellationToken);
            problems.AddRange(found.Select(problem => $"query {columns.Query}: {problem}"));
        }

        return problems;
    }

    private static async Task<IReadOnlyList<string>> FindProblemsAsync(
        NpgsqlConnection connection, LookupQuery query, QueryColumns columns, CancellationToken cancellationToken)
    {
        if (query.Parameters == 0) return ["it asks for nothing: write %s where the key belongs"];
        if (columns == QueryColumns.Domain && !query.Answers(new LookupKey("example.org"))) return ["a domain has no %d: write %s"];
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var problems = await DescribeAsync(connection, query, columns, cancellationToken);
            if (problems.Count == 0) await QueryPlan.ExplainAsync(connection, new DirectoryStatement((query, 1)));
            return problems;
        }
        catch (PostgresException exception) when (!PostgresCause.IsOutage(exception))
        {
            return [PostgresCause.Describe(exception)];
        }
    }

    private static async Task<IReadOnlyList<string>> DescribeAsync(
        NpgsqlConnection connection, LookupQuery query, QueryColumns columns, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT * FROM ({query.Write(1)}\n) AS q", connection);
        foreach (var value in query.Bind(new LookupKey("a@b"))) command.Parameters.Add(DirectoryReader.Untyped(value));
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken);
        var problems = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            var name = reader.GetName(i);
            if (!columns.Kinds.TryGetValue(name, out var kind)) problems.Add($"column {name} is not one of {string.Join(", ", columns.Kinds.Keys)}");
            else if (!seen.Add(name)) problems.Add($"column {name} is there twice");
            else if (!IsFit(kind, reader.GetPostgresType(i))) problems.Add($"column {name} is {reader.GetDataTypeName(i)}, expected {Expected(kind)}");
        }

        if (!seen.Contains(columns.Required) && problems.Count == 0) problems.Add($"there is no column {columns.Required}");
        return problems;
    }

    private static bool IsFit(ColumnKind kind, PostgresType type) => type switch
    {
        PostgresDomainType domain => IsFit(kind, domain.BaseType),
        PostgresArrayType array => kind == ColumnKind.List && IsText(array.Element),
        _ => IsText(type) || (kind == ColumnKind.Flag && FlagTypes.Contains(type.Name)) || (kind == ColumnKind.Amount && AmountTypes.Contains(type.Name)),
    };

    private static bool IsText(PostgresType type) => type switch
    {
        PostgresDomainType domain => IsText(domain.BaseType),
        PostgresEnumType => true,
        _ => TextTypes.Contains(type.Name),
    };

    private static string Expected(ColumnKind kind) => kind switch
    {
        ColumnKind.Flag => "boolean, a whole number or text",
        ColumnKind.Amount => "a whole number or text",
        ColumnKind.List => "text or text[]",
        _ => "text",
    };
}
