using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Backends.Mailboxes;

namespace PolicyDaemon.Backends.Sqlite;

/// <summary>The two tables that give a set of addresses to a key: what a login may send as, who may write to an address.</summary>
internal static class SqliteAddressSets
{
    public static readonly AddressSetTable SenderRights = new(
        "INSERT INTO sender_rights (login, address) VALUES (@key, @member) ON CONFLICT DO NOTHING",
        "DELETE FROM sender_rights WHERE login = @key AND address = @member",
        "SELECT login, address FROM sender_rights ORDER BY login, address");

    public static readonly AddressSetTable RecipientRules = new(
        "INSERT INTO recipient_rules (recipient, sender) VALUES (@key, @member) ON CONFLICT DO NOTHING",
        "DELETE FROM recipient_rules WHERE recipient = @key AND sender = @member",
        "SELECT recipient, sender FROM recipient_rules ORDER BY recipient, sender");

    /// <summary>Makes a change that is valid; what is in the set already, or not in it, stays so.</summary>
    public static void Apply(SqliteConnection connection, AddressSetTable table, string key, SetChange change)
    {
        foreach (var member in change.Added) connection.Execute(table.Insert, new { key, member = Normalize(member) });
        foreach (var member in change.Removed) connection.Execute(table.Delete, new { key, member = Normalize(member) });
    }

    public static ILookup<string, string> ReadAll(SqliteConnection connection, AddressSetTable table) =>
        connection.Query<(string Key, string Member)>(table.List).ToLookup(row => row.Key, row => row.Member, StringComparer.Ordinal);

    /// <summary>Drops the rules of an address that no account and no alias has any more: whoever gets it later starts anew.</summary>
    public static void ForgetRecipient(SqliteConnection connection, string address) => connection.Execute(
        """
        DELETE FROM recipient_rules WHERE recipient = @address
            AND NOT EXISTS (SELECT 1 FROM virtual_users WHERE email = @address)
            AND NOT EXISTS (SELECT 1 FROM virtual_aliases WHERE source = @address)
        """,
        new { address });

    private static string Normalize(string member) =>
        MailboxNames.TryParsePattern(member, out var address) ? address.Text : throw new FormatException($"'{member}' is no address");
}

/// <summary>The statements of one such table.</summary>
internal sealed record AddressSetTable(string Insert, string Delete, string List);
