using Npgsql;
using PolicyDaemon.Contracts;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Writes a seed into the tables of the default queries, past every check, as a hand with psql could.</summary>
internal static class MailboxSeed
{
    public static async Task LoadAsync(PostgresDatabase database, DirectorySeed seed)
    {
        // A value that is neither true nor false has no place in a boolean column; sites have such flags as text.
        await database.ExecuteAsync("ALTER TABLE policydaemon.account_states ALTER send_allowed TYPE text");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        foreach (SeedDomain domain in seed.Domains)
            await ExecuteAsync(connection, "INSERT INTO virtual_domains (name, enabled) VALUES ($1, $2)", domain.Name, domain.IsEnabled);
        foreach (SeedAccount account in seed.Accounts)
            await AddAccountAsync(connection, account);
        foreach (SeedAccount account in seed.Accounts)
            await AddOtherAddressesAsync(connection, account, seed);
        foreach (SeedAlias alias in seed.Aliases)
            await AddAliasAsync(connection, alias.Source, alias.Destination);
    }

    private static async Task AddAccountAsync(NpgsqlConnection connection, SeedAccount account)
    {
        string login = account.MainAddress;
        await ExecuteAsync(
            connection,
            "INSERT INTO virtual_users (domain_id, email, password, enabled) SELECT id, $1, $4, $2 FROM virtual_domains WHERE name = $3",
            login, account.IsEnabled, DomainOf(login), account.Password ?? "{PLAIN}secret");
        if (account.SendAllowed is not null || account.Status is not null)
        {
            await ExecuteAsync(
                connection, "INSERT INTO policydaemon.account_states VALUES ($1, $2, $3)", login, account.SendAllowed ?? (object)DBNull.Value, account.Status ?? (object)DBNull.Value);
        }

        foreach (string address in account.SendAs)
            await GrantAsync(connection, login, address);
        foreach (string sender in account.AllowedSenders)
            await ExecuteAsync(connection, "INSERT INTO policydaemon.recipient_rules VALUES ($1, $2)", login, sender);
        foreach ((string name, long amount) in account.Limits)
            await ExecuteAsync(connection, "INSERT INTO policydaemon.limit_overrides VALUES ($1, $2, $3)", login, name, amount);
    }

    /// <summary>An account has one address here; its others are aliases, and one that is shared is granted besides.</summary>
    private static async Task AddOtherAddressesAsync(NpgsqlConnection connection, SeedAccount account, DirectorySeed seed)
    {
        foreach (string address in account.Addresses.Skip(1))
        {
            await AddAliasAsync(connection, address, account.MainAddress);
            if (seed.Accounts.Count(other => other.Addresses.Contains(address)) > 1)
                await GrantAsync(connection, account.MainAddress, address);
        }
    }

    private static Task AddAliasAsync(NpgsqlConnection connection, string source, string destination) => ExecuteAsync(
        connection,
        """
        INSERT INTO virtual_aliases (domain_id, source, destination)
        SELECT id, $1, $2 FROM virtual_domains WHERE name IN ($3, $4) ORDER BY name = $3 DESC LIMIT 1
        """,
        source, destination, DomainOf(source), DomainOf(destination));

    private static Task GrantAsync(NpgsqlConnection connection, string login, string address) =>
        ExecuteAsync(connection, "INSERT INTO policydaemon.sender_rights VALUES ($1, $2)", login, address);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, params object[] values)
    {
        await using NpgsqlCommand command = new(statement, connection);
        foreach (object value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}
