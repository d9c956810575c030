using System.Data;
using Npgsql;
using NpgsqlTypes;
using PolicyDaemon.Backends.PostgreSql.Queries;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Puts the statements of the directory.</summary>
internal sealed class DirectoryReader(PostgresHosts hosts)
{
    /// <exception cref="PostgresUnavailableException">No answer of use; the message says why.</exception>
    public Task<DirectoryReply> AskAsync(DirectoryStatement statement, string key, CancellationToken cancellationToken) =>
        hosts.RunAsync((connection, token) => AskAsync(connection, statement, key, token), cancellationToken);

    /// <summary>A parameter whose type the server takes from its place, as it does with quoted text.</summary>
    public static NpgsqlParameter Untyped(string value) => new() { NpgsqlDbType = NpgsqlDbType.Unknown, Value = value };

    private static async Task<DirectoryReply> AskAsync(
        NpgsqlConnection connection, DirectoryStatement statement, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement.Sql, connection);
        foreach (var value in statement.Bind(key)) command.Parameters.Add(Untyped(value));
        try
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var rows = new string?[reader.FieldCount - 2];
            for (var i = 0; i < rows.Length; i++) rows[i] = reader.IsDBNull(i + 2) ? null : reader.GetString(i + 2);
            return new DirectoryReply(reader.GetBoolean(0), reader.GetInt64(1), rows);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire)
        {
            // What the database's encoding cannot write is in none of its rows.
            return new DirectoryReply(IsReplica: false, ServerStartedAt: null, new string?[statement.Parts]);
        }
    }
}

/// <summary>What a server said.</summary>
/// <param name="IsReplica">It may be behind.</param>
/// <param name="ServerStartedAt">Tells servers apart; null: not said.</param>
/// <param name="Rows">What each query gave, as JSON; null: no rows.</param>
internal sealed record DirectoryReply(bool IsReplica, long? ServerStartedAt, string?[] Rows);
