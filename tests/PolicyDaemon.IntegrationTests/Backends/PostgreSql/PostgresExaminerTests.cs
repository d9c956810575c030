using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Queries;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>What <c>policydaemon doctor</c> sees of real servers.</summary>
public sealed class PostgresExaminerTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    [Fact]
    public async Task Database_that_was_migrated_has_nothing_wrong_also_behind_a_pooler_with_a_way_past_it()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        await WatchAsync(database);
        PgBouncer pooler = await PostgresSetup.StartPoolerAsync(postgres.Root, postgres.Server);
        PostgresOptions direct = PostgresSetup.OptionsOf(database);

        foreach (PostgresOptions options in (PostgresOptions[])
            [direct, PostgresSetup.OptionsOf(database, pooler.Endpoint) with { IsPooled = true, ListenConnectionString = direct.ConnectionString }])
        {
            AssertWell(await ExamineAsync(options));
        }

        PostgresExamination deaf = await ExamineAsync(PostgresSetup.OptionsOf(database, pooler.Endpoint) with { IsPooled = true });
        Assert.Equal("notifications do not arrive", deaf.ListenFault);
        AssertWell(deaf with { ListenFault = null });
    }

    [Fact]
    public async Task Database_that_was_not_migrated_is_seen_and_what_the_role_may_not_do()
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync();
        await PostgresSetup.CreateRoleAsync(postgres.Server);
        await database.ExecuteAsync(PostgresSetup.Mailboxes);

        PostgresExamination bare = await ExamineAsync(PostgresSetup.OptionsOf(database));
        Assert.StartsWith("not applied yet: 0001_base, ", bare.SchemaFault, StringComparison.Ordinal);
        Assert.NotEmpty(bare.QueryFaults);

        await using (PostgresMigrator migrator = new(PostgresSetup.AdministratorOf(database)))
            await migrator.ApplyAsync(TestContext.Current.CancellationToken);
        PostgresExamination ungranted = await ExamineAsync(PostgresSetup.OptionsOf(database));
        Assert.Contains("permission denied for schema policydaemon (42501)", ungranted.SchemaFault, StringComparison.Ordinal);
        Assert.Contains(ungranted.QueryFaults, fault => fault.StartsWith("query domain: permission denied for ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Role_that_can_change_mailboxes_and_table_without_triggers_are_seen()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        await database.ExecuteAsync("GRANT DELETE ON virtual_aliases TO policydaemon; DROP TRIGGER policydaemon_update ON virtual_users");

        PostgresExamination seen = await ExamineAsync(PostgresSetup.OptionsOf(database));

        Assert.Equal((false, database.Name, "policydaemon"), (seen.IsSuperuser, seen.Database, seen.Role));
        Assert.Equal(["public.virtual_aliases"], seen.Alterable);
        Assert.Equal(["public.virtual_users"], seen.Unwatched);
        PostgresExamination superuser = await ExamineAsync(PostgresSetup.AdministratorOf(database));
        Assert.Equal((true, 3), (superuser.IsSuperuser, superuser.Alterable.Count));
    }

    [Fact]
    public async Task Servers_that_cannot_be_asked_are_told_by_their_cause()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();

        Assert.Contains("28P01", (await ExamineAsync(PostgresSetup.OptionsOf(database) with { ConnectionString = $"{database.ConnectionStringOf(PostgresSetup.Role)};Password=wrong" })).Unreachable, StringComparison.Ordinal);
        Assert.NotNull((await ExamineAsync(new() { ConnectionString = "Host=127.0.0.1:1;Username=nobody" })).Unreachable);
        Assert.Equal(["-h db1 -p 5433", "-h db2 -p 6432", "-h /run/postgresql -p 5433"], PostgresConnection.FindServers("Host=db1,db2:6432,/run/postgresql;Port=5433"));
    }

    [Fact]
    public async Task Clock_that_is_behind_the_servers_is_seen()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();

        PostgresExamination seen = await PostgresExaminer.ExamineAsync(
            PostgresSetup.OptionsOf(database), DirectoryQueries.Default, "mx1", new LateClock(), TestContext.Current.CancellationToken);

        Assert.InRange(seen.ClockAhead, LateClock.Late - TimeSpan.FromMinutes(1), LateClock.Late + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Daemons_of_one_name_are_counted_as_long_as_they_are_connected()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        PostgresOptions options = PostgresSetup.OptionsOf(database);
        await using PostgresSource source = new(options, TimeProvider.System);
        Assert.Equal(0, (await ExamineAsync(options)).NodesOfThisName);

        await using PostgresListener first = await ListenAsync(source, "mx1");
        await using (await ListenAsync(source, "mx2")) Assert.Equal(1, (await ExamineAsync(options)).NodesOfThisName);
        await using (await ListenAsync(source, "mx1")) Assert.Equal(2, (await ExamineAsync(options)).NodesOfThisName);
        await Wait.UntilAsync(async () => (await ExamineAsync(options)).NodesOfThisName == 1, "the second is gone");
    }

    [Theory]
    [InlineData("Host=db1,db2:6432", "db1", "db2:6432"), InlineData("Host=db1;SSL Mode=Prefer", "db1"), InlineData("Host=db1;SSL Mode=Disable", "db1"), InlineData("Host=db1;SSL Mode=Require")]
    [InlineData("Host=db1;SSL Mode=VerifyFull"), InlineData("Host=localhost,127.0.0.1:5433,/run/postgresql")]
    public void Servers_beyond_this_machine_of_which_no_tls_is_demanded_are_told(string connectionString, params string[] expected) =>
        Assert.Equal(expected, PostgresConnection.FindUnprotected(connectionString));

    private sealed class LateClock : TimeProvider
    {
        public static readonly TimeSpan Late = TimeSpan.FromHours(1);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - Late;
    }

    private static Task<PostgresExamination> ExamineAsync(PostgresOptions options) =>
        PostgresExaminer.ExamineAsync(options, DirectoryQueries.Default, "mx1", TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task<PostgresListener> ListenAsync(PostgresSource source, string node)
    {
        PostgresListener listener = new(source, TimeProvider.System, node: node);
        listener.Start();
        await Wait.UntilAsync(() => listener.IsListening, $"{node} listens");
        return listener;
    }

    private static async Task WatchAsync(PostgresDatabase database)
    {
        await using PostgresMigrator migrator = new(PostgresSetup.AdministratorOf(database));
        Assert.Empty(await migrator.WatchMailboxesAsync(TestContext.Current.CancellationToken));
    }

    private static void AssertWell(PostgresExamination seen) => Assert.Equal(
        (true, null, null, null, 0, 0, 0),
        (seen.ClockAhead.Duration() < TimeSpan.FromSeconds(1), seen.Unreachable, seen.SchemaFault, seen.ListenFault, seen.QueryFaults.Count, seen.Unwatched.Count, seen.Alterable.Count));
}
