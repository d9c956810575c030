using System.Net.Sockets;
using Npgsql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>The private PostgreSQL: its databases and roles, and the outages that tests make of it.</summary>
public sealed class PostgresServerTests : StackTests
{
    private PostgresServer postgres = null!;

    protected override async ValueTask PrepareAsync() => postgres = await PostgresServer.StartAsync(Root);

    [Fact]
    public async Task Databases_made_of_a_template_have_its_content_and_are_independent()
    {
        int filled = 0;
        Task FillAsync(PostgresDatabase database)
        {
            filled++;
            return database.ExecuteAsync("CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
        }

        PostgresDatabase first = await postgres.CreateDatabaseAsync("seven", FillAsync);
        PostgresDatabase second = await postgres.CreateDatabaseAsync("seven", FillAsync);
        await first.ExecuteAsync("UPDATE t SET n = 8");

        Assert.Equal(1, filled);
        Assert.Equal(8, await first.QueryAsync<int>("SELECT n FROM t"));
        Assert.Equal(7, await second.QueryAsync<int>("SELECT n FROM t"));
        Assert.Equal(15, await postgres.QueryAsync<int>("SELECT current_setting('server_version_num')::int / 10000"));
    }

    [Fact]
    public async Task Role_logs_in_over_tcp_with_its_password_only_and_has_no_rights()
    {
        PostgresDatabase database = await postgres.CreateDatabaseAsync();
        await postgres.CreateRoleAsync("reader", "secret");
        await database.ExecuteAsync("CREATE TABLE t (n int)");

        PostgresException wrong = await Assert.ThrowsAsync<PostgresException>(() => AskAsync($"{database.ConnectionStringOf("reader")};Password=wrong", "SELECT 1"));
        PostgresException denied = await Assert.ThrowsAsync<PostgresException>(() => AskAsync($"{database.ConnectionStringOf("reader")};Password=secret", "SELECT n FROM t"));

        Assert.Equal(1, await AskAsync($"{database.ConnectionStringOf("reader")};Password=secret", "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, wrong.SqlState);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
    }

    [Fact]
    public async Task Stopped_and_killed_servers_refuse_connections_and_come_back_with_what_was_committed()
    {
        await postgres.ExecuteAsync("CREATE TABLE t (n int)");
        await postgres.StopAsync();
        Assert.False(await Wait.AcceptsAsync(postgres.Endpoint));
        await postgres.StartAsync();
        await postgres.ExecuteAsync("INSERT INTO t VALUES (7)");
        await postgres.KillAsync();
        Assert.False(await Wait.AcceptsAsync(postgres.Endpoint));
        await postgres.StartAsync();

        Assert.Equal(7, await postgres.QueryAsync<int>("SELECT n FROM t"));
        Assert.Contains("was not properly shut down", postgres.Log.ReadFrom(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paused_server_accepts_and_answers_on_no_connection_until_it_resumes()
    {
        await using NpgsqlConnection connection = new(postgres.SuperuserConnectionString());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand command = new("SELECT 1", connection);
        postgres.Pause();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(postgres.Endpoint);
        Task<object?> answer = command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300))));

        postgres.Resume();

        Assert.Equal(1, await answer);
    }

    private static async Task<object?> AskAsync(string connectionString, string query)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlCommand command = source.CreateCommand(query);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
