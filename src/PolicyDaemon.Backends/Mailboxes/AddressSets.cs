using System.Data.Common;
using Dapper;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>A table that gives a set of addresses to a key: what a login may send as, who may write to an address.</summary>
internal sealed class AddressSets
{
    private readonly string insert;
    private readonly string delete;
    private readonly string list;

    private AddressSets(string table, string key, string member)
    {
        insert = $"INSERT INTO {table} ({key}, {member}) VALUES (@key, @member) ON CONFLICT DO NOTHING";
        delete = $"DELETE FROM {table} WHERE {key} = @key AND {member} = @member";
        list = $"SELECT {key}, {member} FROM {table} ORDER BY {key}, {member}";
    }

    public static AddressSets SenderRights(MailboxSchema schema) => new(schema.SenderRights, "login", "address");

    public static AddressSets RecipientRules(MailboxSchema schema) => new(schema.RecipientRules, "recipient", "sender");

    /// <summary>Makes a change that is valid; what is in the set already, or not in it, stays so.</summary>
    public void Apply(DbConnection connection, string key, SetChange change)
    {
        foreach (var member in change.Added) connection.Execute(insert, new { key, member = Normalize(member) });
        foreach (var member in change.Removed) connection.Execute(delete, new { key, member = Normalize(member) });
    }

    public ILookup<string, string> ReadAll(DbConnection connection) =>
        connection.Query<(string Key, string Member)>(list).ToLookup(row => row.Key, row => row.Member, StringComparer.Ordinal);

    /// <summary>Drops the rules of an address that no account and no alias has any more: whoever gets it later starts anew.</summary>
    public static void ForgetRecipient(DbConnection connection, MailboxSchema schema, string address) => connection.Execute(
        $"""
        DELETE FROM {schema.RecipientRules} WHERE recipient = @address
            AND NOT EXISTS (SELECT 1 FROM virtual_users WHERE email = @address)
            AND NOT EXISTS (SELECT 1 FROM virtual_aliases WHERE source = @address)
        """,
        new { address });

    private static string Normalize(string member) =>
        MailboxNames.TryParsePattern(member, out var address) ? address.Text : throw new FormatException($"'{member}' is no address");
}
