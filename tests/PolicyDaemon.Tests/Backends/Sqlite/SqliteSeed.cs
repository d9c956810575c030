using Dapper;
using Microsoft.Data.Sqlite;
using PolicyDaemon.Contracts;

namespace PolicyDaemon.Tests.Backends.Sqlite;

/// <summary>Writes a seed into the tables, past every check, as a hand with the sqlite3 shell could.</summary>
internal static class SqliteSeed
{
    public static void Load(string path, DirectorySeed seed)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Execute("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = ON; BEGIN");
        foreach (var domain in seed.Domains)
        {
            connection.Execute("INSERT INTO virtual_domains (name, enabled) VALUES (@Name, @IsEnabled)", domain);
        }

        foreach (var account in seed.Accounts) AddAccount(connection, account);
        foreach (var account in seed.Accounts) AddOtherAddresses(connection, account, seed);
        foreach (var alias in seed.Aliases) AddAlias(connection, alias.Source, alias.Destination);
        connection.Execute("COMMIT");
    }

    private static void AddAccount(SqliteConnection connection, SeedAccount account)
    {
        var login = account.MainAddress;
        int? sendAllowed = account.SendAllowed switch { null => null, "TRUE" => 1, "FALSE" => 0, _ => 7 };
        connection.Execute(
            """
            INSERT INTO virtual_users (domain_id, email, password, enabled, send_allowed, account_status)
            SELECT id, @login, coalesce(@Password, '{PLAIN}secret'), @IsEnabled, @sendAllowed, @Status FROM virtual_domains WHERE name = @domain
            """,
            new { login, account.Password, account.IsEnabled, sendAllowed, account.Status, domain = DomainOf(login) });
        foreach (var address in account.SendAs) Grant(connection, login, address);
        foreach (var sender in account.AllowedSenders)
        {
            connection.Execute("INSERT INTO recipient_rules VALUES (@login, @sender)", new { login, sender });
        }

        foreach (var (name, amount) in account.Limits)
        {
            connection.Execute("INSERT INTO limit_overrides VALUES (@login, @name, @amount)", new { login, name, amount });
        }
    }

    /// <summary>An account has one address here; its others are aliases, and one that is shared is granted besides.</summary>
    private static void AddOtherAddresses(SqliteConnection connection, SeedAccount account, DirectorySeed seed)
    {
        foreach (var address in account.Addresses.Skip(1))
        {
            AddAlias(connection, address, account.MainAddress);
            if (seed.Accounts.Count(other => other.Addresses.Contains(address)) > 1) Grant(connection, account.MainAddress, address);
        }
    }

    private static void AddAlias(SqliteConnection connection, string source, string destination) => connection.Execute(
        """
        INSERT INTO virtual_aliases (domain_id, source, destination)
        SELECT id, @source, @destination FROM virtual_domains WHERE name IN (@domain, @destinationDomain)
        ORDER BY name = @domain DESC LIMIT 1
        """,
        new { source, destination, domain = DomainOf(source), destinationDomain = DomainOf(destination) });

    private static void Grant(SqliteConnection connection, string login, string address) =>
        connection.Execute("INSERT INTO sender_rights VALUES (@login, @address)", new { login, address });

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}
