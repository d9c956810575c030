using System.Diagnostics;
using System.Globalization;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.PostgreSql;

/// <summary>A node that is killed while it takes orders, with the database away. The node is this very program, started once more.</summary>
public sealed class KilledBlocksTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>, IDisposable
{
    private const string DirectoryVariable = "POLICYDAEMON_TEST_BLOCKS";

    // The killed program uses that of the first, which outlives it.
    private readonly DirectoryInfo files = Environment.GetEnvironmentVariable(DirectoryVariable) is { } given
        ? new(given) : Directory.CreateTempSubdirectory("policydaemon-blocks-");

    public void Dispose() => files.Delete(recursive: true);

    [Fact]
    public async Task Orders_acknowledged_before_sigkill_are_in_force_after_the_restart_and_handed_over()
    {
        PostgresDatabase database = await postgres.Server.CreateMigratedAsync();
        using Process node = Start();
        string acknowledged = Path.Combine(files.FullName, "acknowledged");
        await Wait.UntilAsync(() => File.Exists(acknowledged) && File.ReadLines(acknowledged).Count() >= 20, "orders are given", TimeSpan.FromSeconds(60));
        node.Kill();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        string written = await File.ReadAllTextAsync(acknowledged, TestContext.Current.CancellationToken);
        string[] logins = written[..written.LastIndexOf('\n')].Split('\n');

        await using BlocksNode restarted = await BlocksNode.OpenAsync(PostgresSetup.OptionsOf(database), Path.Combine(files.FullName, "blocks.json"));

        foreach (string login in logins)
            Assert.NotNull(await restarted.FindAsync(new(BlockScope.Login, login)));
        await Wait.UntilAsync(() => restarted.Blocks.Status is { IsLive: true, Pending: 0 }, "all are handed over");
        Assert.True(await database.QueryAsync<long>("SELECT count(*) FROM policydaemon.blocks WHERE NOT removed") >= logins.Length);
    }

    /// <summary>What the killed program does. Explicit: it waits for its end.</summary>
    [Fact(Explicit = true)]
    public async Task Node_that_takes_orders_until_it_is_killed()
    {
        PostgresOptions nobody = new() { ConnectionString = "Host=127.0.0.1:1;Username=nobody" };
        await using BlocksNode node = await BlocksNode.OpenAsync(nobody, Path.Combine(files.FullName, "blocks.json"));
        await using StreamWriter acknowledged = new(Path.Combine(files.FullName, "acknowledged")) { AutoFlush = true };

        // At most for as long as the first program may wait.
        for (int number = 0; number < 100_000; number++)
        {
            string login = number.ToString(CultureInfo.InvariantCulture);
            await node.Blocks.AddAsync(
                new() { Subject = new(BlockScope.Login, login), Action = BlockAction.Reject, Reason = "spam", Author = "root", CreatedAt = TimeProvider.System.GetUtcNow() },
                TestContext.Current.CancellationToken);
            await acknowledged.WriteAsync($"{login}\n");
        }
    }

    private Process Start()
    {
        string host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(KilledBlocksTests).Assembly.Location] : [];
        ProcessStartInfo start = new(host,
            [.. program, "-explicit", "only", "-method", $"{typeof(KilledBlocksTests).FullName}.{nameof(Node_that_takes_orders_until_it_is_killed)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment[DirectoryVariable] = files.FullName;
        return Process.Start(start)!;
    }
}
