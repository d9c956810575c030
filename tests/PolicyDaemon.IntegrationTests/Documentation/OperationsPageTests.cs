using System.Net;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Support.StoreCluster;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>docs/operations.md, done to the letter: HAProxy before two PostgreSQL servers, and a store that is backed up, lost and restored.</summary>
public sealed class OperationsPageTests : StackTests
{
    /// <summary>With the line of the page, for the addresses of this machine.</summary>
    private static string HostBasedAuthentication => $"""
        local all postgres peer map=rig
        {CodeBlocks.Find("operations.md", "host postgres haproxy").Trim().Replace("192.0.2.0/24", "127.0.0.0/8", StringComparison.Ordinal)}
        host all all 127.0.0.0/8 scram-sha-256
        host replication replicator 127.0.0.0/8 trust

        """;

    [Fact]
    public async Task Daemon_behind_the_haproxy_of_the_page_goes_on_with_the_promoted_standby_and_the_limit_goes_on_too()
    {
        StoreCluster cluster = await StoreCluster.PrepareAsync(
            Root, hasReplica: true, server: $"hba_file = '{Root.WriteFile("pg_hba.conf", HostBasedAuthentication)}'");
        await cluster.Primary.ExecuteAsync(CodeBlocks.Find("operations.md", "CREATE ROLE haproxy"));
        await cluster.Primary.WaitUntilReplicatedAsync(cluster.Replica!);
        HaProxy proxy = await HaProxy.StartAsync(Root, endpoint => Example(endpoint, cluster.Primary, cluster.Replica!));

        // HAProxy takes every server for well until it has asked it.
        await proxy.Log.WaitForAsync("/db2 is DOWN");
        DaemonProcess daemon = await cluster.AddAsync("mx1", proxy.Endpoint);

        Assert.Equal("DUNNO", await FinishAsync(cluster, "one", 150));
        await cluster.Primary.WaitUntilReplicatedAsync(cluster.Replica!);
        long before = daemon.Log.Length;
        await cluster.Primary.KillAsync();
        await daemon.Log.WaitForAsync("store_away", before);
        await cluster.Replica!.PromoteAsync();
        await daemon.Log.WaitForAsync("store_back", before);

        Assert.Matches("^[45]50 ", await FinishAsync(cluster, "two", 60));
        Assert.Equal("DUNNO", await FinishAsync(cluster, "three", 50));
        Assert.Equal(200, await cluster.Replica!.QueryAsync<long>($"SELECT used FROM policydaemon.counters WHERE key = 'login-hour/login:{Alice}'", cluster.Database.Name));
    }

    [Fact]
    public async Task Store_of_sqlite_is_backed_up_while_the_daemon_runs_and_restored_by_the_lines_of_the_page()
    {
        string database = Root.PathOf("policydaemon", "policydaemon.db");
        string backup = Root.PathOf("backup.db");
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, $$"""
            {
              "listen": { "policy": ["unix:{{Root.PathOf("policydaemon", "policy.sock")}}"], "admin": "unix:{{Root.PathOf("policydaemon", "admin.sock")}}" },
              "directory": { "sqlite": { "path": "{{database}}" } }
            }
            """);
        await FillAsync(daemon);

        await RunAsync("sqlite3 /var/lib/policydaemon/policydaemon.db \".backup", database, backup);
        (await daemon.RunAsync(["unblock", Alice])).EnsureSuccess();
        await daemon.StopAsync();
        await RunAsync("install -o policydaemon", database, backup);
        await daemon.StartAsync();

        Assert.Contains(Alice, (await daemon.RunAsync(["blocks"])).EnsureSuccess().Output, StringComparison.Ordinal);
        Assert.Contains(Alice, (await daemon.RunAsync(["account", "list"])).EnsureSuccess().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_of_postgresql_is_dumped_and_restored_by_the_lines_of_the_page()
    {
        StoreCluster cluster = await StoreCluster.PrepareAsync(Root);
        DaemonProcess daemon = await cluster.AddAsync("mx1");
        (await daemon.RunAsync(["block", Alice])).EnsureSuccess();
        string dump = Root.PathOf("policydaemon.dump");

        await DumpAsync("pg_dump ", cluster, dump);
        await daemon.StopAsync();
        await DumpAsync("psql mail ", cluster, dump);
        await DumpAsync("pg_restore ", cluster, dump);
        await PostgresSetup.ApplyAsync(cluster.Database);
        File.Delete(Root.PathOf("mx1", "blocks.json"));
        await daemon.StartAsync();

        await Wait.UntilAsync(async () => (await daemon.RunAsync(["blocks"])).Output.Contains(Alice, StringComparison.Ordinal), "the block is there", details: () => daemon.Log.Tail());
        Assert.Equal("DUNNO", await FinishAsync(cluster, "one", 1, Bob));
    }

    private static async Task FillAsync(DaemonProcess daemon)
    {
        (await daemon.RunAsync(["domain", "add", "truenorth.local"])).EnsureSuccess();
        (await daemon.RunAsync(["account", "add", Alice], "wonderland\n")).EnsureSuccess();
        (await daemon.RunAsync(["block", Alice])).EnsureSuccess();
    }

    /// <summary>Runs the line of the page that begins so, on the files of this test.</summary>
    private static async Task RunAsync(string beginning, string database, string backup) => (await Command.RunAsync("sh", ["-c", Line(beginning)
        .Replace("/var/lib/policydaemon/policydaemon.db", database, StringComparison.Ordinal)
        .Replace("/var/backups/policydaemon.db", backup, StringComparison.Ordinal)
        .Replace("-o policydaemon -g policydaemon ", "", StringComparison.Ordinal)])).EnsureSuccess();

    private static async Task DumpAsync(string beginning, StoreCluster cluster, string dump) => (await Command.RunAsync(
        "sh",
        ["-c", Line(beginning).Replace(" mail", $" {cluster.Database.Name}", StringComparison.Ordinal).Replace("=mail", $"={cluster.Database.Name}", StringComparison.Ordinal).Replace("/var/backups/policydaemon.dump", dump, StringComparison.Ordinal)],
        environment: new Dictionary<string, string>
        {
            ["PGHOST"] = cluster.Primary.SocketDirectory, ["PGPORT"] = $"{cluster.Primary.Endpoint.Port}", ["PGUSER"] = "postgres",
        })).EnsureSuccess();

    private static string Line(string beginning) => Assert.Single(
        File.ReadAllLines(Checkout.PathOf("docs", "operations.md")), line => line.StartsWith(beginning, StringComparison.Ordinal));

    private static async Task<string> FinishAsync(StoreCluster cluster, string instance, long recipients, string login = Alice)
    {
        using PolicySession session = await PolicySession.OpenAsync(cluster.EndpointOf("mx1"));
        return await session.FinishAsync(login, instance, recipients);
    }

    private static string Example(IPEndPoint endpoint, PostgresServer one, PostgresServer two) => File.ReadAllText(Checkout.PathOf("docs", "examples", "haproxy-postgresql.cfg"))
        .Replace("127.0.0.1:5433", $"{endpoint}", StringComparison.Ordinal)
        .Replace("192.0.2.11:5432", $"{one.Endpoint}", StringComparison.Ordinal)
        .Replace("192.0.2.12:5432", $"{two.Endpoint}", StringComparison.Ordinal)
        .Replace("/dev/log local0", "stdout format raw local0", StringComparison.Ordinal);
}
