using System.Data.Common;
using Dapper;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>Changes accounts: <c>account add|remove|set|list</c>. The login is the address.</summary>
/// <remarks>Every method may throw <see cref="StoreUnavailableException"/>: the store cannot be read or written now.</remarks>
public sealed class AccountTable(IMailboxStore store)
{
    /// <summary>What goes with an account, by the column that holds its login.</summary>
    private IEnumerable<(string Table, string Key)> Possessions => store.Schema.HasStatesInAccounts
        ? [(store.Schema.SenderRights, "login")]
        : [(store.Schema.SenderRights, "login"), (store.Schema.States, store.Schema.StateKey)];

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
        store.ReadAsync(connection => AccountList.Read(connection, store.Schema), cancellationToken);

    private MailboxResult Add(DbConnection connection, EmailAddress login, AccountChange change)
    {
        if (DomainTable.FindId(connection, login.Domain) is not { } domain) return MailboxResult.DomainMissing(login.Domain);
        var added = connection.Execute(
            "INSERT INTO virtual_users (domain_id, email, password) VALUES (@domain, @Text, @PasswordHash) ON CONFLICT DO NOTHING",
            new { domain, login.Text, change.PasswordHash });
        if (added == 0) return MailboxResult.AlreadyExists($"account {login}");
        Apply(connection, login, change);
        return MailboxResult.Done($"account {login} added");
    }

    private MailboxResult Set(DbConnection connection, EmailAddress login, AccountChange change)
    {
        if (!Exists(connection, login)) return MailboxResult.NotFound($"account {login}");
        Apply(connection, login, change);
        return MailboxResult.Done($"account {login} changed");
    }

    private MailboxResult Remove(DbConnection connection, EmailAddress login, AccountChange change)
    {
        if (connection.Execute("DELETE FROM virtual_users WHERE email = @Text", login) == 0) return MailboxResult.NotFound($"account {login}");
        foreach (var (table, key) in Possessions) connection.Execute($"DELETE FROM {table} WHERE {key} = @Text", login);
        store.Schema.AccountLimits.Forget(connection, login.Text);
        AddressSets.ForgetRecipient(connection, store.Schema, login.Text);
        var aliases = connection.ExecuteScalar<long>("SELECT count(*) FROM virtual_aliases WHERE destination = @Text", login);
        return MailboxResult.Done($"account {login} removed" + (aliases > 0 ? $"; aliases that still lead to it: {aliases}" : ""));
    }

    private void Apply(DbConnection connection, EmailAddress login, AccountChange change)
    {
        connection.Execute(
            """
            UPDATE virtual_users SET
                password = coalesce(@PasswordHash, password),
                quota_mb = coalesce(@QuotaMegabytes, quota_mb),
                enabled = coalesce(@IsEnabled, enabled)
            WHERE email = @Text
            """,
            new { login.Text, change.PasswordHash, change.QuotaMegabytes, change.IsEnabled });
        if (change.SendAllowed is not null || change.Status is not null) ApplyState(connection, login, change);
        AddressSets.SenderRights(store.Schema).Apply(connection, login.Text, change.SendAs);
        AddressSets.RecipientRules(store.Schema).Apply(connection, login.Text, change.AllowedSenders);
        store.Schema.AccountLimits.Apply(connection, login.Text, change.Limits);
    }

    private void ApplyState(DbConnection connection, EmailAddress login, AccountChange change)
    {
        var (table, key) = (store.Schema.States, store.Schema.StateKey);
        if (!store.Schema.HasStatesInAccounts) connection.Execute($"INSERT INTO {table} ({key}) VALUES (@Text) ON CONFLICT DO NOTHING", login);
        connection.Execute(
            $"""
            UPDATE {table} SET
                send_allowed = CASE WHEN @setsSendAllowed THEN @sendAllowed ELSE send_allowed END,
                account_status = CASE WHEN @Status IS NULL THEN account_status ELSE nullif(@Status, '') END
            WHERE {key} = @Text
            """,
            new
            {
                login.Text,
                setsSendAllowed = change.SendAllowed is not null,
                sendAllowed = change.SendAllowed is null or SendAllowed.Absent ? (bool?)null : change.SendAllowed == SendAllowed.True,
                change.Status,
            });
    }

    private static bool Exists(DbConnection connection, EmailAddress login) =>
        connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM virtual_users WHERE email = @Text)", login);

    private Task<MailboxResult> ChangeAsync(
        string login,
        AccountChange change,
        Func<DbConnection, EmailAddress, AccountChange, MailboxResult> apply,
        CancellationToken cancellationToken)
    {
        if (!MailboxNames.TryParseAddress(login, out var address))
        {
            var advice = login.Contains('@', StringComparison.Ordinal) ? "" : ": an account is named with its domain, such as alice@example.org";
            return Task.FromResult(MailboxResult.Invalid($"'{login}' is no address{advice}"));
        }

        return ChangeRules.FindInvalid(change) is { } invalid
            ? Task.FromResult(invalid)
            : store.WriteAsync(connection => apply(connection, address, change), cancellationToken);
    }
}
