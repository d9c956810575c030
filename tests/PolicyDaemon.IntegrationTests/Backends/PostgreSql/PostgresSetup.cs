using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Databases as an administrator sets them up: the tables of the mailboxes, the own schema, and a role for the daemon.</summary>
internal static class PostgresSetup
{
    /// <summary>The role that the daemon logs in as.</summary>
    internal const string Role = "policydaemon";

    /// <summary>As the stack that this is built for has them.</summary>
    internal const string Mailboxes = """
        CREATE TABLE virtual_domains (id serial PRIMARY KEY, name varchar(255) UNIQUE NOT NULL, enabled boolean DEFAULT true);
        CREATE TABLE virtual_users (id serial PRIMARY KEY, domain_id int REFERENCES virtual_domains, email varchar(255) UNIQUE NOT NULL,
            password varchar(255) NOT NULL, quota_mb int DEFAULT 1024, enabled boolean DEFAULT true);
        CREATE TABLE virtual_aliases (id serial PRIMARY KEY, domain_id int REFERENCES virtual_domains, source varchar(255) NOT NULL, destination varchar(255) NOT NULL);
        """;

    internal const string Password = "daemon-pw";

    /// <summary>A database with the mailboxes' tables, empty, and the schema of this program, migrated and granted; the role exists.</summary>
    internal static Task<PostgresDatabase> CreateMigratedAsync(this PostgresServer server) => server.CreateDatabaseAsync("migrated", MigrateAsync);

    /// <summary>How the daemon's role connects, over TCP with its password.</summary>
    internal static PostgresOptions OptionsOf(PostgresDatabase database) => new() { ConnectionString = $"{database.ConnectionStringOf(Role)};Password={Password}" };

    /// <summary>How a daemon is told of it: the section <c>directory.postgres</c> of its configuration, with the password in a file.</summary>
    internal static JsonObject SectionOf(MailStackRoot root, PostgresDatabase database) => new()
    {
        ["connectionString"] = database.ConnectionStringOf(Role),
        ["passwordFile"] = root.WriteFile("postgres.password", Password + "\n", 0b110_000_000),
    };

    /// <summary><see cref="OptionsOf(PostgresDatabase)"/> by way of a relay, a pooler, or a list of servers.</summary>
    internal static PostgresOptions OptionsOf(PostgresDatabase database, params IPEndPoint[] through) => new()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(OptionsOf(database).ConnectionString) { Host = string.Join(',', (object[])through) }.ConnectionString,
    };

    /// <summary>A pooler through which the daemon's role can connect.</summary>
    internal static Task<PgBouncer> StartPoolerAsync(MailStackRoot root, PostgresServer server) =>
        PgBouncer.StartAsync(root, server, new Dictionary<string, string> { [Role] = Password });

    /// <summary>How an administrator connects: as superuser.</summary>
    internal static PostgresOptions AdministratorOf(PostgresDatabase database) => new() { ConnectionString = database.SuperuserConnectionString };

    /// <summary>Makes the role unless the server has it already.</summary>
    internal static Task CreateRoleAsync(PostgresServer server) => server.ExecuteAsync(
        $"DO $$ BEGIN CREATE ROLE {Role} LOGIN PASSWORD '{Password}'; EXCEPTION WHEN duplicate_object THEN NULL; END $$");

    /// <summary>Makes of an empty database what <see cref="CreateMigratedAsync"/> gives.</summary>
    internal static async Task MigrateAsync(PostgresDatabase database)
    {
        await CreateRoleAsync(database.Server);
        await database.ExecuteAsync(Mailboxes);
        await ApplyAsync(database);
    }

    /// <summary>The own schema, and the rights of the role.</summary>
    internal static async Task ApplyAsync(PostgresDatabase database)
    {
        await using PostgresMigrator migrator = new(AdministratorOf(database));
        await migrator.ApplyAsync(CancellationToken.None);
        await migrator.GrantAsync(Role, CancellationToken.None);
    }
}
