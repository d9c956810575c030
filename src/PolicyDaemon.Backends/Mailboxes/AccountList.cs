using System.Collections.Frozen;
using System.Data.Common;
using Dapper;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>Reads all accounts, by login.</summary>
internal static class AccountList
{
    public static IReadOnlyList<MailAccount> Read(DbConnection connection, MailboxSchema schema)
    {
        var rights = AddressSets.SenderRights(schema).ReadAll(connection);
        var rules = AddressSets.RecipientRules(schema).ReadAll(connection);
        var limits = schema.AccountLimits.ReadAll(connection);
        return connection.Query<Row>(
                $"""
                SELECT u.email AS Login, coalesce(u.enabled, false) AS IsEnabled, coalesce(u.quota_mb, 0) AS QuotaMegabytes,
                    s.send_allowed AS SendAllowed, s.account_status AS Status
                FROM virtual_users u LEFT JOIN {schema.States} s ON s.{schema.StateKey} = u.email ORDER BY u.email
                """)
            .Select(row => new MailAccount
            {
                Login = row.Login,
                IsEnabled = row.IsEnabled,
                QuotaMegabytes = row.QuotaMegabytes,
                SendAllowed = ToSendAllowed(row.SendAllowed),
                Status = row.Status,
                SendAs = [.. rights[row.Login]],
                AllowedSenders = [.. rules[row.Login]],
                Limits = limits.GetValueOrDefault(row.Login, FrozenDictionary<string, long>.Empty),
            })
            .ToList();
    }

    private static SendAllowed ToSendAllowed(object? value) => value switch
    {
        null => SendAllowed.Absent,
        true or 1L => SendAllowed.True,
        false or 0L => SendAllowed.False,
        _ => SendAllowed.Invalid,
    };

    /// <summary>By its properties, which Dapper fills from the integers of SQLite as from the booleans of PostgreSQL.</summary>
    private sealed class Row
    {
        public string Login { get; set; } = "";

        public bool IsEnabled { get; set; }

        public int QuotaMegabytes { get; set; }

        /// <summary>A boolean, or an integer that may be neither 0 nor 1.</summary>
        public object? SendAllowed { get; set; }

        public string? Status { get; set; }
    }
}
