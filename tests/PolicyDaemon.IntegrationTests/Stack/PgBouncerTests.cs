using Npgsql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>The private PgBouncer, and what transaction pooling takes away.</summary>
public sealed class PgBouncerTests : StackTests
{
    private PostgresServer postgres = null!;
    private PgBouncer pooler = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string ConnectionString =>
        $"Host={pooler.Endpoint};Username=reader;Password=pw;Database=postgres;Pooling=false;No Reset On Close=true;Timeout=2";

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root);
        await postgres.CreateRoleAsync("reader", "pw");
        pooler = await PgBouncer.StartAsync(Root, postgres, new Dictionary<string, string> { ["reader"] = "pw" }, poolSize: 1);
    }

    [Fact]
    public async Task Two_clients_share_one_connection_of_the_server_between_their_transactions()
    {
        await using NpgsqlConnection first = await OpenAsync();
        await using NpgsqlConnection second = await OpenAsync();
        await using NpgsqlTransaction holding = await first.BeginTransactionAsync(Token);
        object? held = await AskAsync(first, "SELECT pg_backend_pid()");
        Task<object?> waiting = AskAsync(second, "SELECT pg_backend_pid()");
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(200))));

        await holding.CommitAsync(Token);

        Assert.Equal(held, await waiting);
    }

    [Fact]
    public async Task Listener_behind_it_is_deaf()
    {
        await using NpgsqlConnection listener = await OpenAsync();
        await AskAsync(listener, "LISTEN news");
        await postgres.ExecuteAsync("NOTIFY news");

        Assert.False(await listener.WaitAsync(TimeSpan.FromMilliseconds(500), Token));
    }

    [Fact]
    public async Task Stopped_pooler_refuses_and_comes_back()
    {
        await pooler.StopAsync();
        Assert.False(await Wait.AcceptsAsync(pooler.Endpoint));
        await pooler.StartAsync();

        await using NpgsqlConnection connection = await OpenAsync();
        Assert.Equal(1, await AskAsync(connection, "SELECT 1"));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnection connection = new(ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string query)
    {
        await using NpgsqlCommand command = new(query, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
