using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>Changes accounts: <c>account add|remove|set|list</c>. The login is the address.</summary>
/// <remarks>Every method may throw <see cref="StoreUnavailableException"/>: the file cannot be read or written now.</remarks>
public sealed class SqliteAccounts(SqliteDatabase database)
{
    /// <param name="change">What the new account is given; its password hash is required.</param>
    public Task<MailboxResult> AddAsync(string login, AccountChange change, CancellationToken cancellationToken) => change.PasswordHash is null
        ? Task.FromResult(MailboxResult.Invalid("an account needs a password"))
        : ChangeAsync(login, change, Add, cancellationToken);

    public Task<MailboxResult> SetAsync(string login, AccountChange change, CancellationToken cancellationToken) => change.IsEmpty
        ? Task.FromResult(MailboxResult.Invalid("nothing to change: expected at least one option that says what"))
        : ChangeAsync(login, change, Set, cancellationToken);

    /// <summary>Removes an account with its rights and limits. Aliases that lead to it stay, and the message counts them.</summary>
    public Task<MailboxResult> RemoveAsync(string login, CancellationToken cancellationToken) =>
        ChangeAsync(login, new AccountChange(), Remove, cancellationToken);

    public Task<IReadOnlyList<MailAccount>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(SqliteAccountList.Read, cancellationToken);

    private static MailboxResult Add(SqliteConnection connection, EmailAddress login, AccountChange change)
    {
        if (SqliteDomains.FindId(connection, login.Domain) is not { } domain) return MailboxResult.DomainMissing(login.Domain);
        var added = connection.Execute(
            "INSERT INTO virtual_users (domain_id, email, password) VALUES (@domain, @Text, @PasswordHash) ON CONFLICT DO NOTHING",
            new { domain, login.Text, change.PasswordHash });
        if (added == 0) return MailboxResult.AlreadyExists($"account {login}");
        Apply(connection, login, change);
        return MailboxResult.Done($"account {login} added");
    }

    private static MailboxResult Set(SqliteConnection connection, EmailAddress login, AccountChange change)
    {
        if (!Exists(connection, login)) return MailboxResult.NotFound($"account {login}");
        Apply(connection, login, change);
        return MailboxResult.Done($"account {login} changed");
    }

    private static MailboxResult Remove(SqliteConnection connection, EmailAddress login, AccountChange change)
    {
        if (connection.Execute("DELETE FROM virtual_users WHERE email = @Text", login) == 0) return MailboxResult.NotFound($"account {login}");
        SqliteAddressSets.ForgetRecipient(connection, login.Text);
        var aliases = connection.ExecuteScalar<long>("SELECT count(*) FROM virtual_aliases WHERE destination = @Text", login);
        return MailboxResult.Done($"account {login} removed" + (aliases > 0 ? $"; aliases that still lead to it: {aliases}" : ""));
    }

    private static void Apply(SqliteConnection connection, EmailAddress login, AccountChange change)
    {
        connection.Execute(
            """
            UPDATE virtual_users SET
                password = coalesce(@PasswordHash, password),
                quota_mb = coalesce(@QuotaMegabytes, quota_mb),
                enabled = coalesce(@IsEnabled, enabled),
                send_allowed = iif(@setsSendAllowed, @sendAllowed, send_allowed),
                account_status = iif(@Status IS NULL, account_status, nullif(@Status, ''))
            WHERE email = @Text
            """,
            new
            {
                login.Text,
                change.PasswordHash,
                change.QuotaMegabytes,
                change.IsEnabled,
                setsSendAllowed = change.SendAllowed is not null,
                sendAllowed = change.SendAllowed is null or SendAllowed.Absent ? (bool?)null : change.SendAllowed == SendAllowed.True,
                change.Status,
            });
        SqliteAddressSets.Apply(connection, SqliteAddressSets.SenderRights, login.Text, change.SendAs);
        SqliteAddressSets.Apply(connection, SqliteAddressSets.RecipientRules, login.Text, change.AllowedSenders);
        foreach (var (name, amount) in change.Limits) SetLimit(connection, login, name, amount);
    }

    private static void SetLimit(SqliteConnection connection, EmailAddress login, string name, long? amount) => connection.Execute(
        amount is null
            ? "DELETE FROM limit_overrides WHERE login = @Text AND limit_name = @name"
            : "INSERT OR REPLACE INTO limit_overrides (login, limit_name, amount) VALUES (@Text, @name, @amount)",
        new { login.Text, name, amount });

    private static bool Exists(SqliteConnection connection, EmailAddress login) =>
        connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM virtual_users WHERE email = @Text)", login);

    private Task<MailboxResult> ChangeAsync(
        string login,
        AccountChange change,
        Func<SqliteConnection, EmailAddress, AccountChange, MailboxResult> apply,
        CancellationToken cancellationToken)
    {
        if (!MailboxNames.TryParseAddress(login, out var address))
        {
            var advice = login.Contains('@', StringComparison.Ordinal) ? "" : ": an account is named with its domain, such as alice@example.org";
            return Task.FromResult(MailboxResult.Invalid($"'{login}' is no address{advice}"));
        }

        return ChangeRules.FindInvalid(change) is { } invalid
            ? Task.FromResult(invalid)
            : database.WriteAsync(connection => apply(connection, address, change), cancellationToken);
    }
}
