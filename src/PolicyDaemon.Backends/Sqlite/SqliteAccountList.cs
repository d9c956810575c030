using System.Collections.Frozen;
using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Mailboxes;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>Reads all accounts, by login.</summary>
internal static class SqliteAccountList
{
    public static IReadOnlyList<MailAccount> Read(SqliteConnection connection)
    {
        var rights = SqliteAddressSets.ReadAll(connection, SqliteAddressSets.SenderRights);
        var rules = SqliteAddressSets.ReadAll(connection, SqliteAddressSets.RecipientRules);
        var limits = connection.Query<(string Login, string Name, long Amount)>("SELECT login, limit_name, amount FROM limit_overrides")
            .ToLookup(row => row.Login, StringComparer.Ordinal);
        return connection.Query<Row>(
                "SELECT email AS Email, enabled AS Enabled, quota_mb AS QuotaMb, send_allowed AS SendAllowed, account_status AS AccountStatus "
                + "FROM virtual_users ORDER BY email")
            .Select(row => new MailAccount
            {
                Login = row.Email,
                IsEnabled = row.Enabled != 0,
                QuotaMegabytes = (int)row.QuotaMb,
                SendAllowed = SqliteDirectoryRows.ToSendAllowed(row.SendAllowed),
                Status = row.AccountStatus,
                SendAs = [.. rights[row.Email]],
                AllowedSenders = [.. rules[row.Email]],
                Limits = limits[row.Email].ToFrozenDictionary(limit => limit.Name, limit => limit.Amount, StringComparer.Ordinal),
            })
            .ToList();
    }

    /// <summary>The column types of SQLite; Dapper matches a record's constructor by type and order.</summary>
    private sealed record Row(string Email, long Enabled, long QuotaMb, long? SendAllowed, string? AccountStatus);
}
