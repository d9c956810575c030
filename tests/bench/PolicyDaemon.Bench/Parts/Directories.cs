using System.Text.Json.Nodes;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Parts;

/// <summary>The same people in each kind of directory, and how the daemon is told of it.</summary>
internal sealed class Directories(MailStackRoot root, People people)
{
    public const string Role = "policydaemon";
    public const string Password = "bench";
    private const int RowsAtOnce = 100_000;

    private const string Mailboxes = """
        CREATE TABLE virtual_domains (id serial PRIMARY KEY, name varchar(255) UNIQUE NOT NULL, enabled boolean DEFAULT true);
        CREATE TABLE virtual_users (id serial PRIMARY KEY, domain_id int REFERENCES virtual_domains, email varchar(255) UNIQUE NOT NULL,
            password varchar(255) NOT NULL, quota_mb int DEFAULT 1024, enabled boolean DEFAULT true);
        CREATE TABLE virtual_aliases (id serial PRIMARY KEY, domain_id int REFERENCES virtual_domains, source varchar(255) NOT NULL, destination varchar(255) NOT NULL);
        CREATE INDEX ON virtual_aliases (source);
        INSERT INTO virtual_domains (name) VALUES ('truenorth.local');
        """;

    /// <param name="name">A single word: of the directory with the file.</param>
    public async Task<(string Name, JsonObject Section)> SqliteAsync(string name) =>
        ("sqlite", new JsonObject { ["path"] = await people.WriteDatabaseAsync(root, name) });

    public async Task<SlapdServer> StartSlapdAsync(string name = "ldap", string extra = "") => await SlapdServer.StartAsync(root, new SlapdOptions
    {
        Name = name, Seed = $"{TruenorthDirectory.Ldif}\n{people.ToLdif()}\n{extra}", LogLevel = "none", MaxSize = 8L << 30,
    });

    /// <param name="mode">Of <see cref="LdapSection"/>.</param>
    /// <param name="passwords"><c>bind</c>, <c>userPassword</c> or <c>none</c>.</param>
    public (string Name, JsonObject Section) Ldap(SlapdServer slapd, string mode = LdapSection.Sync, string passwords = "bind")
    {
        var section = LdapSection.For(root, [slapd.Url], mode);
        section["attributes"]!["login"] = new JsonArray("mail", "uid");
        section["passwords"] = passwords;
        if (passwords != "userPassword") return ("ldap", section);
        section["bindDn"] = TruenorthDirectory.AdministratorDn;
        section["bindPasswordFile"] = root.WriteFile("ldap-admin.password", TruenorthDirectory.AdministratorPassword, 0b110_000_000);
        return ("ldap", section);
    }

    public async Task<PostgresDatabase> StartPostgresAsync()
    {
        var server = await PostgresServer.StartAsync(root, new() { Settings = "shared_buffers = 256MB\n" });
        await server.CreateRoleAsync(Role, Password);
        var database = await server.CreateDatabaseAsync();
        await database.ExecuteAsync(Mailboxes);
        for (var from = 0; from < people.Count; from += RowsAtOnce)
        {
            await database.ExecuteAsync(FormattableString.Invariant($$"""
                INSERT INTO virtual_users (domain_id, email, password)
                SELECT 1, 'user' || lpad(i::text, 7, '0') || '@truenorth.local', '{PLAIN}user' || lpad(i::text, 7, '0') || '-pw'
                FROM generate_series({{from}}, {{Math.Min(from + RowsAtOnce, people.Count) - 1}}) AS i
                """));
        }

        await using PostgresMigrator migrator = new(new PostgresOptions { ConnectionString = database.SuperuserConnectionString });
        await migrator.ApplyAsync(CancellationToken.None);
        await migrator.GrantAsync(Role, CancellationToken.None);
        await database.ExecuteAsync("ANALYZE");
        return database;
    }

    /// <param name="keeps">Answers are kept in memory until a change is announced; else every question is asked.</param>
    public (string Name, JsonObject Section) Postgres(PostgresDatabase database, bool keeps = true)
    {
        JsonObject section = new()
        {
            ["connectionString"] = database.ConnectionStringOf(Role), ["passwordFile"] = root.WriteFile("postgres.password", Password + "\n", 0b110_000_000),
        };
        if (!keeps) section["cacheFor"] = "0s";
        return ("postgres", section);
    }
}
