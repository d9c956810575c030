using System.Diagnostics;
using Npgsql;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Backends.PostgreSql.PostgresSetup;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>Questions to servers that are restarted, hang, fail over, or refuse.</summary>
public sealed class PostgresHostsTests : StackTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private PostgresServer postgres = null!;
    private PostgresDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresOptions Options => OptionsOf(database) with { Timeout = Limit };

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root);
        await CreateRoleAsync(postgres);
        database = new(postgres, "postgres");
    }

    [Fact]
    public async Task Restart_between_two_questions_is_not_noticed()
    {
        await using PostgresSource source = new(Options, TimeProvider.System);
        Assert.Equal(1, await AskAsync(source));

        await postgres.RestartAsync();

        Assert.Equal(1, await AskAsync(source));
        Assert.False(source.Primary.State.IsAway);
    }

    [Fact]
    public async Task Hung_server_costs_its_time_once_and_is_found_again_by_itself()
    {
        List<PostgresState> told = [];
        await using PostgresSource source = new(Options, TimeProvider.System, state => { lock (told) told.Add(state); });
        await AskAsync(source);
        postgres.Pause();

        Stopwatch first = Stopwatch.StartNew();
        await Assert.ThrowsAsync<PostgresUnavailableException>(() => AskAsync(source));
        first.Stop();
        Stopwatch others = Stopwatch.StartNew();
        for (int question = 0; question < 50; question++)
            await Assert.ThrowsAsync<PostgresUnavailableException>(() => AskAsync(source));
        others.Stop();
        postgres.Resume();

        await Wait.UntilAsync(() => !source.Primary.State.IsAway, "the server is found again");
        Assert.Equal(1, await AskAsync(source));
        Assert.InRange(first.Elapsed, Limit / 2, 3 * Limit);
        Assert.True(others.Elapsed < Limit, $"{others.Elapsed}");
        Assert.Equal([true, false], told.Select(state => state.IsAway));
        Assert.Equal("no answer within 1 s", told[0].Cause);
    }

    [Fact]
    public async Task Slow_question_alone_does_not_make_the_server_away()
    {
        await using PostgresSource source = new(Options, TimeProvider.System);
        Task<int> slow = source.Primary.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1 FROM pg_sleep(30)", token), Token);
        await Task.Delay(Limit / 2, Token);
        await AskAsync(source);

        await Assert.ThrowsAsync<PostgresUnavailableException>(() => slow);

        Assert.False(source.Primary.State.IsAway);
    }

    [Fact]
    public async Task Refused_statement_says_why_and_leaves_the_server_in_use()
    {
        await using PostgresSource source = new(Options, TimeProvider.System);

        PostgresUnavailableException refused = await Assert.ThrowsAsync<PostgresUnavailableException>(
            () => source.Primary.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1 FROM policydaemon.nothing", token), Token));

        Assert.True(refused.IsRefusedStatement);
        Assert.Contains("has 'policydaemon migrate' been run?", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await AskAsync(source));
    }

    [Fact]
    public async Task Password_is_read_anew_and_a_wrong_one_is_told_without_it()
    {
        string file = Root.WriteFile("password", "wrong-secret\n");
        NpgsqlConnectionStringBuilder text = new(Options.ConnectionString) { Password = null };
        await using PostgresSource source = new(Options with { ConnectionString = text.ConnectionString, PasswordFile = file }, TimeProvider.System);

        PostgresUnavailableException refused = await Assert.ThrowsAsync<PostgresUnavailableException>(() => AskAsync(source));
        Root.WriteFile("password", "daemon-pw\n");

        Assert.Contains("password authentication failed", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        await Wait.UntilAsync(() => !source.Primary.State.IsAway, "the new password is used");
        Assert.Equal(1, await AskAsync(source));
    }

    [Fact]
    public async Task Promoted_replica_is_found_by_itself_and_reads_go_on_meanwhile()
    {
        PostgresServer replica = await postgres.StartReplicaAsync();
        await postgres.WaitUntilReplicatedAsync(replica);
        await using PostgresSource source = new(OptionsOf(database, postgres.Endpoint, replica.Endpoint) with { Timeout = Limit }, TimeProvider.System);
        Assert.Equal(1, await AskAsync(source));
        Assert.Equal(1, await source.Any.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1", token), Token));
        await postgres.KillAsync();

        await Assert.ThrowsAsync<PostgresUnavailableException>(() => AskAsync(source));
        Assert.Equal(1, await source.Any.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1", token), Token));
        await replica.PromoteAsync();
        Stopwatch elapsed = Stopwatch.StartNew();
        await Wait.UntilAsync(() => !source.Primary.State.IsAway, "the promoted replica is found");

        TestContext.Current.TestOutputHelper?.WriteLine($"found {elapsed.Elapsed.TotalSeconds:0.0} s after its promotion");
        Assert.Equal(1, await source.Primary.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1 WHERE NOT pg_is_in_recovery()", token), Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pooler_that_gives_a_connection_for_one_transaction_works_when_it_is_told_of(bool isTold)
    {
        PgBouncer pooler = await PgBouncer.StartAsync(Root, postgres, new Dictionary<string, string> { [Role] = "daemon-pw" });
        await using PostgresSource source = new(OptionsOf(database, pooler.Endpoint) with { IsPooled = isTold, Timeout = TimeSpan.FromSeconds(10) }, TimeProvider.System);

        Exception? failure = await Record.ExceptionAsync(async () =>
        {
            for (int round = 0; round < 20; round++)
                await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => AskAsync(source)));
        });

        if (isTold)
            Assert.Null(failure);
        else
            Assert.Contains("prepared statement", failure?.Message ?? "", StringComparison.Ordinal);
    }

    private static Task<int> AskAsync(PostgresSource source) => source.Primary.RunAsync((connection, token) => ReadAsync(connection, "SELECT 1", token), Token);

    private static async Task<int> ReadAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(query, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is int number ? number : 0;
    }
}
