using System.Globalization;
using Dapper;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>
/// Brings the schema <c>policydaemon</c> to this version, one transaction for each step, in the rights of an administrator. Two that do it at once
/// wait for each other.
/// </summary>
public sealed class PostgresMigrator : IAsyncDisposable
{
    /// <summary>Longer than any step takes, and than the wait for another administrator.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Of the advisory lock: any number that other programs of this database do not use.</summary>
    private const long LockNumber = 0x706f6c6963796461;

    /// <summary>A table in use is not waited for so long that mail stands behind us.</summary>
    private const string LockTimeout = "SET LOCAL lock_timeout = '10s'";

    private const string Prepare = """
        CREATE SCHEMA IF NOT EXISTS policydaemon;
        CREATE TABLE IF NOT EXISTS policydaemon.schema_version (
            number     int         PRIMARY KEY,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            applied_by text        NOT NULL DEFAULT current_user
        );
        """;

    private readonly NpgsqlMultiHostDataSource servers;
    private readonly IReadOnlyList<PostgresMigration> migrations;

    /// <param name="administrator">Connects as a role that owns the schema, or may create it.</param>
    public PostgresMigrator(PostgresOptions administrator)
        : this(administrator, PostgresMigration.All)
    {
    }

    internal PostgresMigrator(PostgresOptions administrator, IReadOnlyList<PostgresMigration> migrations)
    {
        servers = PostgresConnection.BuildUnpooled(administrator.ConnectionString, administrator, Patience);
        this.migrations = migrations;
    }

    /// <summary>The statements that give a role what the daemon needs, for an administrator who rather runs them himself.</summary>
    public static string WriteGrants(string role)
    {
        using var stream = typeof(PostgresMigrator).Assembly.GetManifestResourceStream("PolicyDaemon.Backends.PostgreSql.Grants.sql")!;
        using var reader = new StreamReader(stream);
        var identifier = $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var literal = $"E'{role.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

        // In one pass: a role may be called as a placeholder is.
        var parts = reader.ReadToEnd().Split("{literal}").Select(part => part.Replace("{role}", identifier, StringComparison.Ordinal));
        return string.Join(literal, parts);
    }

    /// <summary>The steps that are still to be applied, in order. Changes nothing.</summary>
    /// <exception cref="PostgresMigrationException">The schema is newer, or not what this program has made.</exception>
    /// <exception cref="PostgresUnavailableException">No answer of use.</exception>
    public Task<IReadOnlyList<PostgresMigration>> FindPendingAsync(CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<PostgresMigration>>(
            async (connection, transaction) =>
            {
                var isThere = await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('policydaemon.schema_version') IS NOT NULL", transaction: transaction);
                return isThere ? await FindPendingAsync(connection, transaction) : migrations;
            },
            cancellationToken);

    /// <summary>Applies what is pending.</summary>
    /// <returns>The steps that this call has applied.</returns>
    /// <exception cref="PostgresMigrationException">The schema is newer, or not what this program has made.</exception>
    /// <exception cref="PostgresUnavailableException">No answer of use, or a step failed and was undone; steps before it stay.</exception>
    public async Task<IReadOnlyList<PostgresMigration>> ApplyAsync(CancellationToken cancellationToken)
    {
        var applied = new List<PostgresMigration>();
        while (await RunAsync(ApplyNextAsync, cancellationToken) is { } next) applied.Add(next);
        return applied;
    }

    /// <summary>Gives a role what the daemon needs. To be called after <see cref="ApplyAsync"/>; again does no harm.</summary>
    /// <returns>A sentence for each table of mailboxes that belongs to somebody else, with what its owner has to do.</returns>
    /// <exception cref="PostgresUnavailableException">No answer of use, or the role does not exist.</exception>
    public Task<IReadOnlyList<string>> GrantAsync(string role, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) => ExecuteAsync(connection, transaction, WriteGrants(role)), cancellationToken);

    /// <summary>
    /// Lets every node hear of changes of the tables of the default queries, those that are there: they may have been made after the schema. To be
    /// called after <see cref="ApplyAsync"/>; again does no harm.
    /// </summary>
    /// <returns>A sentence for each table that belongs to somebody else, with what its owner has to do.</returns>
    /// <exception cref="PostgresUnavailableException">No answer of use.</exception>
    public Task<IReadOnlyList<string>> WatchMailboxesAsync(CancellationToken cancellationToken) => RunAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(LockTimeout, transaction: transaction);
            return await ExecuteAsync(connection, transaction, "SELECT policydaemon.watch_mailboxes()");
        },
        cancellationToken);

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    /// <returns>The warnings that the server gave meanwhile.</returns>
    private static async Task<IReadOnlyList<string>> ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string statements)
    {
        var warnings = new List<string>();
        connection.Notice += (_, notice) =>
        {
            if (notice.Notice.InvariantSeverity == "WARNING") warnings.Add(notice.Notice.MessageText);
        };
        await connection.ExecuteAsync(statements, transaction: transaction);
        return warnings;
    }

    private async Task<PostgresMigration?> ApplyNextAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        await connection.ExecuteAsync(LockTimeout, transaction: transaction);
        await connection.ExecuteAsync(Prepare, transaction: transaction);
        if ((await FindPendingAsync(connection, transaction)) is not [var next, ..]) return null;

        await using (var statements = new NpgsqlCommand(next.Statements, connection, transaction)) await statements.ExecuteNonQueryAsync();
        await connection.ExecuteAsync(
            "INSERT INTO policydaemon.schema_version (number, name, checksum) VALUES (@Number, @Name, @Checksum)", next, transaction);
        return next;
    }

    private async Task<IReadOnlyList<PostgresMigration>> FindPendingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        var applied = (await connection.QueryAsync<(int Number, string Name, string Checksum)>(
            "SELECT number, name, checksum FROM policydaemon.schema_version ORDER BY number", transaction: transaction)).ToList();
        foreach (var (number, name, checksum) in applied)
        {
            var known = migrations.FirstOrDefault(migration => migration.Number == number)
                ?? throw new PostgresMigrationException(string.Create(CultureInfo.InvariantCulture, $"the schema was made by a newer policydaemon: it has step {name}, this one knows {migrations.Count}"));
            if (known.Checksum != checksum) throw new PostgresMigrationException($"step {name} is not the one that was applied to this database");
        }

        return [.. migrations.Where(migration => applied.TrueForAll(step => step.Number != migration.Number))];
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await servers.OpenConnectionAsync(TargetSessionAttributes.Primary, cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockNumber)", new { LockNumber }, transaction);
            var result = await work(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (NpgsqlException failure)
        {
            throw new PostgresUnavailableException(PostgresCause.Describe(failure), failure);
        }
    }
}
