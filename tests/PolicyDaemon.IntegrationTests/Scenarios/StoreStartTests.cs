using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.IntegrationTests.Support.StoreCluster;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A node whose PostgreSQL is not there yet, or not made ready; and what it keeps on its own disk.</summary>
public sealed class StoreStartTests : StackTests
{
    [Fact]
    public async Task Daemon_starts_without_the_store_serves_by_its_settings_and_finds_the_store_by_itself()
    {
        PostgresServer server = await PostgresServer.StartAsync(Root);
        PostgresDatabase database = await server.CreateDatabaseAsync("empty", _ => Task.CompletedTask);
        await PostgresSetup.CreateRoleAsync(server);
        await server.StopAsync();

        // People in SQLite, so that only the store is missing.
        string configuration = Configuration(database, "mx1");
        DaemonProcess daemon = await DaemonProcess.StartAsync(Root, configuration, new() { Name = "mx1" });
        Assert.Contains("limits cannot be counted: checks take their whenUnavailable", await daemon.Log.WaitForAsync("store_away"), StringComparison.Ordinal);
        (await daemon.RunAsync(["domain", "add", "truenorth.local"])).EnsureSuccess();
        (await daemon.RunAsync(["account", "add", Alice], "secret\n")).EnsureSuccess();
        Assert.StartsWith("451 4.3.0", await FinishAsync(), StringComparison.Ordinal);

        // It is there, but has no tables: the log and status name the command.
        await server.StartAsync();
        await Wait.UntilAsync(
            async () => (await daemon.RunAsync(["status"])).Output.Contains("has 'policydaemon migrate' been run?", StringComparison.Ordinal), "status names migrate");
        Assert.StartsWith("451 4.3.0", await FinishAsync(), StringComparison.Ordinal);

        await PostgresSetup.ApplyAsync(database);
        await daemon.Log.WaitForAsync("store_back");
        Assert.Equal("DUNNO", await FinishAsync());
        Assert.Equal(0, (await daemon.RunAsync(["status"])).ExitCode);
        (await daemon.RunAsync(["block", Alice])).EnsureSuccess();

        AssertPrivate();
        CommandResult second = await daemon.RunAsync(["run"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Each daemon needs a stateDirectory of its own", second.Error, StringComparison.Ordinal);
        await RenameAsync(daemon, Configuration(database, "mx9"));
    }

    /// <summary>The former name's journal is not this node's; it is said to be there.</summary>
    private async Task RenameAsync(DaemonProcess daemon, string renamed)
    {
        await daemon.StopAsync();
        Root.WriteFile("mx1/policydaemon.json", renamed, 0b110_100_000);
        await daemon.StartAsync();
        Assert.Contains(Root.PathOf("mx1", "journal", "mx1"), await daemon.Log.WaitForAsync("journal_left"), StringComparison.Ordinal);
        Assert.StartsWith("554 5.7.1", await FinishAsync(), StringComparison.Ordinal);
    }

    private void AssertPrivate()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string[] files = [Root.PathOf("mx1", "blocks.json"), .. Directory.GetFiles(Root.PathOf("mx1", "journal", "mx1"))];
        Assert.True(files.Length > 1);
        Assert.All(files, file => Assert.Equal(owner, File.GetUnixFileMode(file)));
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Root.PathOf("mx1", "journal")));
    }

    private async Task<string> FinishAsync()
    {
        using PolicySession session = await PolicySession.OpenAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Root.PathOf("mx1", "policy.sock")));
        return await session.FinishAsync(Alice, Guid.NewGuid().ToString("N"), 1);
    }

    private string Configuration(PostgresDatabase database, string node) => new JsonObject
    {
        ["node"] = node,
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Root.PathOf("mx1", "policy.sock")}"),
            ["admin"] = $"unix:{Root.PathOf("mx1", "admin.sock")}",
        },
        ["store"] = "postgres",
        ["cluster"] = new JsonObject { ["nodes"] = 1 },
        ["directory"] = new JsonObject
        {
            ["sqlite"] = new JsonObject(),
            ["postgres"] = new JsonObject
            {
                ["connectionString"] = database.ConnectionStringOf(PostgresSetup.Role),
                ["passwordFile"] = Root.WriteFile("postgres.password", PostgresSetup.Password + "\n", 0b110_000_000),
                ["mailboxes"] = false,
            },
        },
        ["limits"] = new JsonArray(new JsonObject { ["name"] = "hour", ["key"] = "login", ["unit"] = "messages", ["limit"] = 100, ["per"] = "1h" }),
        ["checks"] = new JsonObject { ["sendingBlock"] = new JsonObject { ["whenUnavailable"] = "permit" } },
    }.ToJsonString();
}
