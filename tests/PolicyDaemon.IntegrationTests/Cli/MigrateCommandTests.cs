using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Cli;

/// <summary><c>policydaemon migrate</c> on a real PostgreSQL.</summary>
public sealed class MigrateCommandTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const string Steps = "0001_base 0002_counters 0003_directory 0004_guard 0005_deliveries";

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "policydaemon");

    [Fact]
    public async Task Empty_database_gets_tables_and_a_role_its_rights_and_a_second_run_does_nothing()
    {
        PostgresDatabase database = await PrepareAsync();
        await database.ExecuteAsync(PostgresSetup.Mailboxes);

        CommandResult dryRun = await MigrateAsync(database, "--dry-run");
        Assert.Equal((1, Lines("to apply")), (dryRun.ExitCode, dryRun.Output));
        Assert.False(await database.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'policydaemon')"));

        CommandResult first = await MigrateAsync(database, "--role", PostgresSetup.Role);
        Assert.Equal((0, Lines("applied") + "policydaemon has what the daemon needs\n", ""), (first.ExitCode, first.Output, first.Error));
        Assert.True(await database.QueryAsync<bool>("SELECT has_table_privilege('policydaemon', 'virtual_users', 'SELECT')"));
        Assert.False(await database.QueryAsync<bool>("SELECT has_table_privilege('policydaemon', 'virtual_users', 'INSERT, UPDATE, DELETE')"));

        CommandResult second = await MigrateAsync(database);
        Assert.Equal((0, "nothing to apply\n"), (second.ExitCode, second.Output));
        Assert.Equal(0, (await MigrateAsync(database, "--dry-run")).ExitCode);
    }

    [Fact]
    public async Task Printed_grants_do_by_hand_what_the_command_does()
    {
        PostgresDatabase database = await PrepareAsync();
        await MigrateAsync(database);

        CommandResult printed = await MigrateAsync(database, "--role", PostgresSetup.Role, "--print-grants");
        Assert.Equal(0, printed.ExitCode);
        Assert.False(await database.QueryAsync<bool>("SELECT has_schema_privilege('policydaemon', 'policydaemon', 'USAGE')"));
        await database.ExecuteAsync(printed.Output);

        Assert.True(await database.QueryAsync<bool>("SELECT has_schema_privilege('policydaemon', 'policydaemon', 'USAGE')"));
    }

    [Fact]
    public async Task Mailbox_tables_that_come_later_are_watched_by_the_next_run()
    {
        PostgresDatabase database = await PrepareAsync();
        await MigrateAsync(database);
        await database.ExecuteAsync(PostgresSetup.Mailboxes);
        Assert.Equal(0, await WatchedAsync(database));

        CommandResult again = await MigrateAsync(database);

        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.Equal(3, await WatchedAsync(database));
    }

    [Fact]
    public async Task Mailbox_tables_of_somebody_else_are_a_warning_that_says_what_their_owner_does()
    {
        PostgresDatabase database = await PrepareAsync();
        await database.ExecuteAsync(PostgresSetup.Mailboxes);
        await database.ExecuteAsync($"CREATE ROLE owner_of_schema_only LOGIN PASSWORD 'schema-pw'; GRANT CREATE ON DATABASE {database.Name} TO owner_of_schema_only");
        string passwordFile = postgres.Root.WriteFile($"{database.Name}.password", "schema-pw\n", 0b110_000_000);

        CommandResult result = await RunAsync(
            database,
            $$""" "adminConnectionString": "{{database.ConnectionStringOf("owner_of_schema_only")}}", "adminPasswordFile": "{{passwordFile}}" """,
            ["--role", PostgresSetup.Role]);

        Assert.Equal((0, Lines("applied") + "policydaemon has what the daemon needs, but for the mailboxes\n"), (result.ExitCode, result.Output));
        Assert.Contains("policydaemon: warning: virtual_users is not ours to grant; as its owner: GRANT SELECT ON virtual_users TO policydaemon\n", result.Error, StringComparison.Ordinal);
        Assert.True(await database.QueryAsync<bool>("SELECT has_table_privilege('policydaemon', 'policydaemon.blocks', 'INSERT')"));
        Assert.Contains("policydaemon: warning: virtual_users is not ours to watch; as its owner: SELECT policydaemon.watch('virtual_users', 'email')\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Newer_schema_is_refused_and_what_cannot_be_asked_is_said()
    {
        PostgresDatabase database = await PrepareAsync();
        await MigrateAsync(database);
        await database.ExecuteAsync("INSERT INTO policydaemon.schema_version (number, name, checksum) VALUES (9999, '9999_future', '')");

        CommandResult newer = await MigrateAsync(database);
        Assert.Equal(1, newer.ExitCode);
        Assert.Contains("newer policydaemon: it has step 9999_future", newer.Error, StringComparison.Ordinal);

        CommandResult unknownRole = await MigrateAsync(await PrepareAsync(), "--role", "nobody-there");
        Assert.Equal(2, unknownRole.ExitCode);
        Assert.Contains("role \"nobody-there\" does not exist", unknownRole.Error, StringComparison.Ordinal);

        CommandResult away = await RunAsync(database, """ "adminConnectionString": "Host=/nonexistent;Username=postgres;Database=mail" """, []);
        Assert.Equal((2, ""), (away.ExitCode, away.Output));

        CommandResult nobody = await RunAsync(database, """ "connectionString": "Host=localhost" """, []);
        Assert.Equal(2, nobody.ExitCode);
        Assert.Contains("expected directory.postgres.adminConnectionString", nobody.Error, StringComparison.Ordinal);
    }

    private async Task<PostgresDatabase> PrepareAsync()
    {
        await PostgresSetup.CreateRoleAsync(postgres.Server);
        return await postgres.Server.CreateDatabaseAsync();
    }

    private Task<CommandResult> MigrateAsync(PostgresDatabase database, params string[] arguments) =>
        RunAsync(database, $""" "adminConnectionString": "{database.SuperuserConnectionString}" """, arguments);

    private Task<CommandResult> RunAsync(PostgresDatabase database, string settings, string[] arguments)
    {
        string daemon = settings.Contains("\"connectionString\"", StringComparison.Ordinal) ? "" : $"\"connectionString\": \"{database.ConnectionStringOf(PostgresSetup.Role)}\", ";
        string file = postgres.Root.WriteFile($"{database.Name}.json", $$"""{ "directory": { "postgres": { {{daemon}}{{settings}} } } }""", 0b110_000_000);
        return Command.RunAsync(Program, ["migrate", .. arguments, "--config", file]);
    }

    private static Task<long> WatchedAsync(PostgresDatabase database) =>
        database.QueryAsync<long>("SELECT count(DISTINCT tgrelid) FROM pg_trigger WHERE tgname = 'policydaemon_update' AND tgrelid::regclass::text LIKE 'virtual%'");

    private static string Lines(string what) => string.Concat(Steps.Split(' ').Select(step => $"{what}: {step}\n"));
}
