using System.Diagnostics;
using PolicyDaemon.Backends;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Contracts;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>The primary dies, a replica answers, and is promoted.</summary>
public sealed class PostgresFailoverTests : StackTests
{
    private const string Alice = "alice@truenorth.example";
    private const string Bob = "bob@truenorth.example";

    private PostgresServer primary = null!;
    private PostgresServer replica = null!;
    private PostgresDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresOptions BothServers
    {
        get
        {
            PostgresOptions one = PostgresSetup.OptionsOf(database);
            string hosts = $"Host={primary.Endpoint},{replica.Endpoint}";
            return one with { ConnectionString = $"{hosts};{string.Join(';', one.ConnectionString.Split(';').Where(part => !part.StartsWith("Host=", StringComparison.Ordinal) && !part.StartsWith("Port=", StringComparison.Ordinal)))}" };
        }
    }

    [Fact]
    public async Task Replica_answers_for_what_it_finds_until_it_is_promoted_and_then_changes_are_in_force_at_once_again()
    {
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(BothServers);
        Assert.Equal(TimeSpan.Zero, (await node.AskAsync(Alice)).Provenance.Age);

        long killed = Stopwatch.GetTimestamp();
        await primary.KillAsync();
        await node.WaitAsync(async () => (await node.AskAsync(Bob)) is { IsFound: true, Provenance.Age: var age } && age > TimeSpan.Zero);
        TimeSpan byReplica = Stopwatch.GetElapsedTime(killed);
        Assert.True((await node.AskAsync("nobody@truenorth.example")).IsUnavailable);
        Assert.True((await node.AskDomainAsync("elsewhere.example")).IsUnavailable);
        Assert.True((await node.AskDomainAsync("truenorth.example")).IsFound);
        Assert.Equal(0, node.Directory.CachedAnswers);

        await replica.PromoteAsync();
        long promoted = Stopwatch.GetTimestamp();
        await node.WaitAsync(async () => (await node.AskAsync("nobody@truenorth.example")).IsNotFound);
        TimeSpan byPrimary = Stopwatch.GetElapsedTime(promoted);
        await node.WaitUntilKeepingAsync();
        TimeSpan keeping = Stopwatch.GetElapsedTime(promoted);

        Assert.Null((await node.AskAsync(Bob)).Value!.States[0].Status);
        Assert.True(node.Directory.CachedAnswers > 0);
        await replica.ExecuteAsync("UPDATE virtual_users SET enabled = false", database.Name);
        TimeSpan taken = await node.WaitAsync(async () => !(await node.AskAsync(Bob)).Value!.States[0].IsEnabled);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"replica answers after {byReplica.TotalMilliseconds:0} ms; promoted: asked after {byPrimary.TotalMilliseconds:0} ms, kept after {keeping.TotalMilliseconds:0} ms, change in force after {taken.TotalMilliseconds:0.0} ms");
    }

    [Fact]
    public async Task Without_a_server_last_known_values_count_but_not_those_that_were_said_to_have_changed()
    {
        await using KeepingDirectory node = await KeepingDirectory.StartAsync(PostgresSetup.OptionsOf(database));
        LastKnownDirectory known = new(node.Directory, TimeSpan.FromHours(4), TimeProvider.System, static _ => { });
        node.Directory.Changed = known.Forget;
        Assert.True((await known.FindAccountAsync(Alice, Token)).IsFound);
        Assert.True((await known.FindAccountAsync(Bob, Token)).IsFound);
        await database.ExecuteAsync("UPDATE virtual_users SET enabled = false WHERE email = 'bob@truenorth.example'");
        await node.WaitAsync(async () => !(await node.AskAsync(Bob)).Value!.States[0].IsEnabled);

        await primary.KillAsync();
        await node.WaitAsync(async () => (await node.AskAsync(Alice)).IsUnavailable);

        Assert.True((await known.FindAccountAsync(Alice, Token)) is { IsFound: true, Provenance.Age: var age } && age > TimeSpan.Zero);
        Assert.True((await known.FindAccountAsync(Bob, Token)).IsUnavailable);
        await primary.StartAsync();
        await node.WaitAsync(async () => (await known.FindAccountAsync(Bob, Token)) is { IsFound: true, Value.States: [{ IsEnabled: false }] });
        await node.WaitUntilKeepingAsync();
    }

    protected override async ValueTask PrepareAsync()
    {
        primary = await PostgresServer.StartAsync(Root, new() { Name = "primary" });
        database = await primary.CreateMigratedAsync();
        await MailboxSeed.LoadAsync(database, new DirectorySeed([new("truenorth.example")], [new("alice", Alice), new("bob", Bob)], []));
        replica = await primary.StartReplicaAsync();
        await primary.WaitUntilReplicatedAsync(replica);
    }
}
