using Dapper;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql.Queries;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Looks at the servers as the daemon would, and changes nothing.</summary>
public static class PostgresExaminer
{
    private const string Channel = "policydaemon_doctor";

    private const string AlterableTables = """
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(@schemas::text[], @names::text[])) AND n.nspname <> 'policydaemon'
            AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        ORDER BY 1
        """;

    /// <param name="queries">Null: there are no mailboxes in this database.</param>
    /// <param name="node">Whose namesakes are counted.</param>
    public static async Task<PostgresExamination> ExamineAsync(
        PostgresOptions options, DirectoryQueries? queries, string node, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var source = new PostgresSource(options, time);
        try
        {
            var (role, database, isSuperuser) = await source.Primary.RunAsync(
                (connection, _) => connection.QuerySingleAsync<(string, string, bool)>(
                    "SELECT current_user::text, current_database()::text, current_setting('is_superuser')::boolean"), cancellationToken);
            var seen = new PostgresExamination
            {
                Role = role,
                Database = database,
                IsSuperuser = isSuperuser,
                NodesOfThisName = await source.Primary.RunAsync((connection, _) => NodeNames.CountAsync(connection, node), cancellationToken),
                ClockAhead = await ReadClockAsync(source.Primary, time, cancellationToken),
                SchemaFault = await FindSchemaFaultAsync(options, cancellationToken),
                ListenFault = await FindListenFaultAsync(source, cancellationToken),
            };
            return queries is null ? seen : await ExamineQueriesAsync(source.Primary, queries, seen, cancellationToken);
        }
        catch (PostgresUnavailableException exception)
        {
            return new PostgresExamination { Unreachable = exception.Message };
        }
    }

    /// <summary>Between the two looks at our own clock the server has looked at its.</summary>
    private static async Task<TimeSpan> ReadClockAsync(PostgresHosts primary, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var there = new DateTimeOffset(await primary.RunAsync((connection, _) => connection.QuerySingleAsync<DateTime>("SELECT clock_timestamp()"), cancellationToken));
        var after = time.GetUtcNow();
        return there > after ? there - after : there < before ? there - before : TimeSpan.Zero;
    }

    private static async Task<string?> FindSchemaFaultAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        await using var migrator = new PostgresMigrator(options);
        try
        {
            var pending = await migrator.FindPendingAsync(cancellationToken);
            return pending.Count == 0 ? null : $"not applied yet: {string.Join(", ", pending.Select(step => step.Name))}";
        }
        catch (Exception exception) when (exception is PostgresMigrationException or PostgresUnavailableException)
        {
            return exception.Message;
        }
    }

    private static async Task<PostgresExamination> ExamineQueriesAsync(
        PostgresHosts primary, DirectoryQueries queries, PostgresExamination seen, CancellationToken cancellationToken)
    {
        var faults = await QueryCheck.FindProblemsAsync(primary, queries, cancellationToken);
        if (faults.Count > 0) return seen with { QueryFaults = faults };
        var (unwatched, alterable) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var (_, statement) in new DirectoryStatements(queries).All)
        {
            var found = await primary.RunAsync((connection, token) => FindTablesAsync(connection, statement, token), cancellationToken);
            unwatched.UnionWith(found.Unwatched);
            alterable.UnionWith(found.Alterable);
        }

        return seen with { Unwatched = [.. unwatched], Alterable = [.. alterable] };
    }

    private static async Task<(IReadOnlyList<string> Unwatched, IEnumerable<string> Alterable)> FindTablesAsync(
        NpgsqlConnection connection, DirectoryStatement statement, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var plan = await QueryPlan.ExplainAsync(connection, statement);
        var alterable = await connection.QueryAsync<string>(
            AlterableTables, new { schemas = plan.Tables.Select(table => table.Schema).ToArray(), names = plan.Tables.Select(table => table.Name).ToArray() });
        return (await WatchedTables.FindUnwatchedAsync(connection, statement), alterable);
    }

    /// <summary>Tried out: a pooler takes LISTEN and delivers nothing.</summary>
    private static async Task<string?> FindListenFaultAsync(PostgresSource source, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(source.Options.Timeout + source.Options.Timeout);
        var isThere = false;
        try
        {
            await using var listening = await source.OpenListeningAsync(limit.Token);
            listening.Notification += (_, _) => isThere = true;
            await listening.ExecuteAsync($"LISTEN {Channel}");
            await source.Primary.RunAsync((connection, _) => connection.ExecuteAsync($"NOTIFY {Channel}"), limit.Token);
            while (!isThere) await listening.WaitAsync(limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "notifications do not arrive";
        }
        catch (Exception exception) when (exception is NpgsqlException or PostgresUnavailableException)
        {
            return PostgresCause.Describe(exception);
        }
    }
}
