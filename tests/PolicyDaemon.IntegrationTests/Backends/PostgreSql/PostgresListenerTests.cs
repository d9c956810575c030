using System.Collections.Concurrent;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Backends.PostgreSql.PostgresSetup;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

public sealed class PostgresListenerTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>, IAsyncLifetime
{
    private readonly Subscriber subscriber = new();
    private PostgresDatabase database = null!;
    private PostgresSource source = null!;
    private PostgresListener listener = null!;

    public async ValueTask InitializeAsync()
    {
        database = await postgres.Server.CreateMigratedAsync();
        source = new(OptionsOf(database), TimeProvider.System);
        listener = new(source, TimeProvider.System);
        listener.Subscribe(subscriber);
        listener.Start();
        await Wait.UntilAsync(() => listener.IsListening, "the listener listens", details: () => $"{listener.State}");
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await source.DisposeAsync();
    }

    [Theory]
    [InlineData("SELECT policydaemon.announce('virtual_users', ARRAY['a@b.example', 'c@b.example'])", "virtual_users a@b.example c@b.example")]
    [InlineData("SELECT policydaemon.announce('virtual_users')", "virtual_users")]
    [InlineData("SELECT policydaemon.announce('virtual_users', ARRAY[E'a\\nb'])", "virtual_users")]
    [InlineData("SELECT policydaemon.announce('virtual_users', ARRAY(SELECT 'user' || n FROM generate_series(1, 5000) AS n))", "virtual_users")]
    [InlineData("DELETE FROM policydaemon.blocks", "blocks")]
    public async Task Announced_change_arrives_with_its_keys_or_for_all_of_them(string statement, string expected)
    {
        await database.ExecuteAsync(statement);

        await Wait.UntilAsync(() => !subscriber.Told.IsEmpty, "the hint arrives");
        Assert.Equal([expected], subscriber.Told);
    }

    [Fact]
    public async Task Lost_connection_is_told_at_once_and_everything_is_to_be_read_anew_when_it_is_back()
    {
        long before = listener.Epoch;
        Assert.NotEqual(0, listener.ServerStartedAt);

        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query LIKE '%pg_postmaster_start_time%' AND pid <> pg_backend_pid()");

        await Wait.UntilAsync(() => listener.Epoch == before + 2, "the listener is back", details: () => $"{listener.State}");
        Assert.Equal(1, subscriber.Losses);
        await Wait.UntilAsync(() => subscriber.Beginnings == 2, "it is said");
        await database.ExecuteAsync("SELECT policydaemon.announce('blocks')");
        await Wait.UntilAsync(() => subscriber.Told.Contains("blocks"), "the hint arrives");
    }

    private sealed class Subscriber : IPostgresSubscriber
    {
        public ConcurrentQueue<string> Told { get; } = new();

        public int Beginnings { get; private set; }

        public int Losses { get; private set; }

        public void OnListening() => Beginnings++;

        public void OnHint(PostgresHint hint) => Told.Enqueue(string.Join(' ', hint.Keys.Prepend(hint.Topic)));

        public void OnLost() => Losses++;
    }
}
