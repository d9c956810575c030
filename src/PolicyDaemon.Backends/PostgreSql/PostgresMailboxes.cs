using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>The tables of domains, accounts and aliases in PostgreSQL, in the rights of an administrator: the daemon's role cannot change them.</summary>
public sealed class PostgresMailboxes : IMailboxStore, IAsyncDisposable
{
    /// <summary>Longer than any change takes, and than the wait for another administrator.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Of the advisory lock that puts our changes one after the other: the tables have no constraint against everything that we refuse.</summary>
    private const long LockNumber = 0x706f6c6963796d61;

    private readonly NpgsqlMultiHostDataSource servers;

    /// <param name="administrator">Connects as a role that may change the tables.</param>
    public PostgresMailboxes(PostgresOptions administrator) =>
        servers = PostgresConnection.BuildUnpooled(administrator.ConnectionString, administrator, Patience);

    public MailboxSchema Schema { get; } = new(
        "policydaemon.sender_rights",
        "policydaemon.recipient_rules",
        new AmountTable("policydaemon.limit_overrides", "login"),
        new AmountTable("policydaemon.limit_overrides", "login", Prefix: "@"),
        "policydaemon.account_states",
        "login");

    public Task<T> ReadAsync<T>(Func<DbConnection, T> read, CancellationToken cancellationToken) =>
        InTransactionAsync(IsolationLevel.RepeatableRead, read, cancellationToken);

    public Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancellationToken) => InTransactionAsync(
        IsolationLevel.ReadCommitted,
        connection =>
        {
            connection.Execute("SELECT pg_advisory_xact_lock(@LockNumber)", new { LockNumber });
            return change(connection);
        },
        cancellationToken);

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    private async Task<T> InTransactionAsync<T>(IsolationLevel isolation, Func<DbConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await servers.OpenConnectionAsync(TargetSessionAttributes.Primary, cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(isolation, cancellationToken);
            var result = await Task.Run(() => work(connection), cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        catch (Exception exception) when (exception is NpgsqlException or PostgresUnavailableException)
        {
            throw new StoreUnavailableException(PostgresCause.Describe(exception), exception);
        }
    }
}
