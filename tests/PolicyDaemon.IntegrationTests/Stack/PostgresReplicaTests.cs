using Npgsql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Stack;

/// <summary>A primary and its replica, and the failover that tests make of them.</summary>
public sealed class PostgresReplicaTests : StackTests
{
    private PostgresServer primary = null!;
    private PostgresServer replica = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Both => $"Host={primary.Endpoint},{replica.Endpoint};Username=writer;Password=pw;Database=postgres;Host Recheck Seconds=1;Timeout=2";

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Promoted_replica_has_what_was_acknowledged_and_takes_writes_over_the_same_connection_string(bool isSynchronous, bool isTrixie)
    {
        await StartAsync(isTrixie ? await DebianSystem.GetTrixieAsync() : DebianSystem.Host);
        if (isSynchronous)
            await primary.SetSynchronousAsync(replica.Name);
        await using NpgsqlMultiHostDataSource servers = new NpgsqlDataSourceBuilder(Both).BuildMultiHost();
        await using NpgsqlDataSource writing = servers.WithTargetSession(TargetSessionAttributes.Primary);
        await WriteAsync(writing, 7);
        if (!isSynchronous)
            await primary.WaitUntilReplicatedAsync(replica);

        await primary.KillAsync();
        await replica.PromoteAsync();

        await Wait.UntilAsync(() => CanWriteAsync(writing), "the promoted replica is written to");
        Assert.True(await replica.QueryAsync<bool>("SELECT count(*) = 1 FROM t WHERE n = 7"));
        Assert.Equal(isTrixie ? 17 : 15, await replica.QueryAsync<int>("SELECT current_setting('server_version_num')::int / 10000"));
    }

    [Fact]
    public async Task Synchronous_commit_waits_for_a_replica_that_stands_still_and_an_asynchronous_one_does_not()
    {
        await StartAsync(DebianSystem.Host);
        await primary.SetSynchronousAsync(replica.Name);
        replica.Pause();
        await using NpgsqlDataSource servers = NpgsqlDataSource.Create(Both);
        Task waiting = WriteAsync(servers, 7);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(500))));

        replica.Resume();
        await waiting;
        await primary.SetSynchronousAsync();
        replica.Pause();

        await WriteAsync(servers, 8);
        replica.Resume();
    }

    private async Task StartAsync(DebianSystem system)
    {
        primary = await PostgresServer.StartAsync(Root, new() { System = system });
        replica = await primary.StartReplicaAsync();
        await primary.CreateRoleAsync("writer", "pw");
        await primary.ExecuteAsync("CREATE TABLE t (n int); GRANT ALL ON t TO writer");
    }

    private static async Task<bool> CanWriteAsync(NpgsqlDataSource servers)
    {
        try
        {
            await WriteAsync(servers, 8);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(NpgsqlDataSource servers, int number)
    {
        await using NpgsqlCommand insert = servers.CreateCommand($"INSERT INTO t VALUES ({number})");
        await insert.ExecuteNonQueryAsync(Token);
    }
}
