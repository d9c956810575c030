using System.Collections.Concurrent;
using System.Net;
using System.Text;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The guard store contract on a real PostgreSQL, with the rights of the daemon's role.</summary>
public sealed class PostgresGuardStoreTests(SharedPostgres postgres) : GuardStoreContract, IClassFixture<SharedPostgres>
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");

    private readonly List<PostgresSource> opened = [];
    private PostgresDatabase? database;
    private NetworkLink? link;

    public override async ValueTask DisposeAsync()
    {
        foreach (PostgresSource source in opened) await source.DisposeAsync();
        if (link is not null) await link.DisposeAsync();
    }

    protected override async ValueTask<IGuardStore> StartAsync()
    {
        database = await postgres.Server.CreateMigratedAsync();
        link = NetworkLink.Start(postgres.Root, postgres.Server.Endpoint);
        return OpenAgain();
    }

    protected override IGuardStore OpenAgain()
    {
        opened.Add(new PostgresSource(PostgresSetup.OptionsOf(database!, link!.Endpoint), TimeProvider.System));
        return new PostgresGuardStore(opened[^1]);
    }

    /// <summary>Two nodes that only PostgreSQL joins.</summary>
    [Fact]
    public async Task Guesses_on_two_nodes_lock_both_within_seconds_and_a_node_that_was_cut_off_catches_up()
    {
        GuardRules rules = new() { DistinctPasswords = 4 };
        ConcurrentQueue<string?> changes = new();
        GuessingGuard[] guards = [new(() => rules, TimeProvider.System), new(() => rules, TimeProvider.System)];
        await using GuardSharing one = new(Store, guards[0], () => rules, TimeProvider.System, changes.Enqueue);
        await using GuardSharing two = new(OpenAgain(), guards[1], () => rules, TimeProvider.System, changes.Enqueue);
        await one.StartAsync();
        await two.StartAsync();

        for (int i = 0; i < 4; i++) Guess(guards[i % 2], "alice", $"guess{i}", "198.51.100.66");
        await Wait.UntilAsync(() => Array.TrueForAll(guards, guard => guard.Find("alice", Home) is not null), "both nodes have locked alice");

        await link!.CutAsync();
        for (int i = 0; i < 4; i++) Guess(guards[0], "bob", $"guess{i}", "198.51.100.67");
        Assert.NotNull(guards[0].Find("bob", Home));
        Assert.Null(guards[1].Find("bob", Home));
        await Wait.UntilAsync(() => changes.Count == 2, "both nodes are cut off");
        await link!.HealAsync();
        await Wait.UntilAsync(() => guards[1].Find("bob", Home) is not null, "the other node hears of bob");
        Assert.Contains(null, changes);
    }

    private static void Guess(GuessingGuard guard, string name, string text, string client)
    {
        using Password password = new(Encoding.UTF8.GetBytes(text));
        guard.Wrong(name, IPAddress.Parse(client), password, out _);
    }

    protected override async ValueTask StopAsync() => await link!.CutAsync();
}
