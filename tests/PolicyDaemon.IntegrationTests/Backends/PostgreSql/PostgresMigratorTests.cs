using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;
using static PolicyDaemon.IntegrationTests.Backends.PostgreSql.PostgresSetup;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

public sealed class PostgresMigratorTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private static readonly PostgresMigration First = new(1, "0001_first", "CREATE TABLE policydaemon.first (n int)");
    private static readonly PostgresMigration Second = new(2, "0002_second", "CREATE TABLE policydaemon.second (n int); INSERT INTO policydaemon.second VALUES (7)");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Empty_database_is_brought_to_this_version_and_a_second_run_does_nothing()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        await using PostgresMigrator migrator = new(AdministratorOf(database));

        IReadOnlyList<PostgresMigration> pending = await migrator.FindPendingAsync(Token);
        Assert.False(await database.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'policydaemon')"));
        IReadOnlyList<PostgresMigration> applied = await migrator.ApplyAsync(Token);

        Assert.NotEmpty(applied);
        Assert.Equal(pending, applied);
        Assert.Equal(PostgresMigration.All, applied);
        Assert.Empty(await migrator.ApplyAsync(Token));
        Assert.Empty(await migrator.FindPendingAsync(Token));
        Assert.Equal(applied.Count, await database.QueryAsync<long>("SELECT count(*) FROM policydaemon.schema_version"));
    }

    [Fact]
    public async Task Two_nodes_that_migrate_at_once_apply_each_step_once()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        PostgresMigration slow = new(1, "0001_slow", "SELECT pg_sleep(0.2); CREATE TABLE policydaemon.first (n int)");
        PostgresMigrator[] nodes = [.. Enumerable.Range(0, 4).Select(_ => new PostgresMigrator(AdministratorOf(database), [slow, Second]))];

        IReadOnlyList<PostgresMigration>[] applied = await Task.WhenAll(nodes.Select(node => node.ApplyAsync(Token)));

        Assert.Equal(["0001_slow", "0002_second"], applied.SelectMany(steps => steps).Select(step => step.Name).Order(StringComparer.Ordinal));
        foreach (PostgresMigrator node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Step_that_fails_is_undone_whole_and_the_steps_before_it_stay()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        PostgresMigration broken = new(2, "0002_broken", "CREATE TABLE policydaemon.half (n int); SELECT nonsense");
        await using (PostgresMigrator migrator = new(AdministratorOf(database), [First, broken]))
        {
            PostgresUnavailableException failure = await Assert.ThrowsAsync<PostgresUnavailableException>(() => migrator.ApplyAsync(Token));
            Assert.Contains("nonsense", failure.Message, StringComparison.Ordinal);
        }

        await using PostgresMigrator mended = new(AdministratorOf(database), [First, Second]);

        Assert.Equal([Second], await mended.ApplyAsync(Token));
        Assert.False(await database.QueryAsync<bool>("SELECT to_regclass('policydaemon.half') IS NOT NULL"));
    }

    [Fact]
    public async Task Edited_step_and_newer_schema_are_refused_by_name()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        await using (PostgresMigrator migrator = new(AdministratorOf(database), [First, Second]))
            await migrator.ApplyAsync(Token);
        await using PostgresMigrator edited = new(AdministratorOf(database), [First with { Statements = "SELECT 1" }, Second]);
        await using PostgresMigrator older = new(AdministratorOf(database), [First]);

        PostgresMigrationException changed = await Assert.ThrowsAsync<PostgresMigrationException>(() => edited.ApplyAsync(Token));
        PostgresMigrationException newer = await Assert.ThrowsAsync<PostgresMigrationException>(() => older.FindPendingAsync(Token));

        Assert.Contains("0001_first", changed.Message, StringComparison.Ordinal);
        Assert.Contains("newer policydaemon: it has step 0002_second", newer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT count(*) FROM virtual_users", true)]
    [InlineData("SELECT count(*) FROM policydaemon.schema_version", true)]
    [InlineData("INSERT INTO policydaemon.blocks VALUES ('login', 'a', 'reject', 'r', 'root', now())", true)]
    [InlineData("LISTEN policydaemon", true)]
    [InlineData("SELECT pg_notify('policydaemon', '')", true)]
    [InlineData("INSERT INTO virtual_domains (name) VALUES ('a.example')", false)]
    [InlineData("UPDATE virtual_users SET enabled = true", false)]
    [InlineData("DELETE FROM virtual_aliases", false)]
    [InlineData("TRUNCATE policydaemon.blocks", false)]
    [InlineData("INSERT INTO policydaemon.sender_rights VALUES ('a', 'b@c')", false)]
    [InlineData("INSERT INTO policydaemon.limit_overrides VALUES ('a', 'b', 1)", false)]
    [InlineData("UPDATE policydaemon.schema_version SET checksum = ''", false)]
    [InlineData("SELECT count(*) FROM policydaemon.account_states", true)]
    [InlineData("INSERT INTO policydaemon.account_states VALUES ('a', true)", false)]
    [InlineData("SELECT policydaemon.watch('virtual_users', 'email')", false)]
    [InlineData("SELECT policydaemon.watch_mailboxes()", false)]
    [InlineData("DROP TRIGGER policydaemon_update ON virtual_users", false)]
    [InlineData("CREATE TABLE policydaemon.own (n int)", false)]
    [InlineData("CREATE OR REPLACE FUNCTION policydaemon.announce_blocks() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", false)]
    public async Task Role_of_the_daemon_may_do_what_it_needs_and_cannot_alter_mailboxes(string statement, bool isAllowed)
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(OptionsOf(database).ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(statement);

        Exception? failure = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync(Token));

        Assert.Equal(isAllowed ? null : PostgresErrorCodes.InsufficientPrivilege, (failure as PostgresException)?.SqlState);
        Assert.Equal(isAllowed, failure is null);
    }

    [Theory]
    [InlineData("odd \" name")]
    [InlineData("o'brien")]
    [InlineData("x'; DROP TABLE virtual_users; --")]
    [InlineData("x\"; DROP TABLE virtual_users; --")]
    [InlineData("back\\slash\\'")]
    [InlineData("$do$ $$")]
    [InlineData("{role} {literal} %I @at :colon ;")]
    [InlineData("Grüße\n-- second line")]
    public async Task Role_of_the_daemon_may_have_any_name(string name)
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        await postgres.Server.CreateRoleAsync($"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", "odd-pw");
        await using PostgresMigrator migrator = new(AdministratorOf(database));

        await migrator.GrantAsync(name, Token);

        string literal = name.Replace("'", "''", StringComparison.Ordinal);
        Assert.True(await database.QueryAsync<bool>($"SELECT has_table_privilege('{literal}', 'virtual_users', 'SELECT')"));
        Assert.False(await database.QueryAsync<bool>($"SELECT has_table_privilege('{literal}', 'virtual_users', 'INSERT, UPDATE, DELETE')"));
        Assert.True(await database.QueryAsync<bool>($"SELECT has_table_privilege('{literal}', 'policydaemon.blocks', 'INSERT')"));
    }

    [Fact]
    public async Task Administrator_need_not_be_superuser()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        await postgres.Server.CreateRoleAsync("mailadmin", "admin-pw");
        await postgres.Server.CreateRoleAsync("of_the_daemon", "daemon-pw");
        await postgres.Server.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO mailadmin");
        PostgresOptions administrator = new() { ConnectionString = $"{database.ConnectionStringOf("mailadmin")};Password=admin-pw" };
        await using PostgresMigrator migrator = new(administrator);

        await migrator.ApplyAsync(Token);
        await migrator.GrantAsync("of_the_daemon", Token);

        Assert.True(await database.QueryAsync<bool>("SELECT has_table_privilege('of_the_daemon', 'policydaemon.blocks', 'INSERT')"));
        Assert.Equal("mailadmin", await database.QueryAsync<string>("SELECT applied_by FROM policydaemon.schema_version WHERE number = 1"));
    }
}
