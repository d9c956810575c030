using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The built daemon whose directory is a real PostgreSQL.</summary>
public sealed class PostgresDirectoryTests : StackTests
{
    private static readonly string[] AskAlice = ["ask", "--login", "alice@truenorth.local", "--sender", "alice@truenorth.local", "--recipient", "bob@example.net"];

    private PostgresServer postgres = null!;
    private PostgresDatabase database = null!;
    private DaemonProcess daemon = null!;

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root);
        database = await postgres.CreateMigratedAsync();
        await database.ExecuteAsync("""
            INSERT INTO virtual_domains (name) VALUES ('truenorth.local');
            INSERT INTO virtual_users (domain_id, email, password) VALUES (1, 'alice@truenorth.local', '{PLAIN}x');
            INSERT INTO virtual_aliases (domain_id, source, destination) VALUES (1, 'sales@truenorth.local', 'alice@truenorth.local');
            """);
        daemon = await DaemonProcess.StartAsync(Root, Configuration());
        await daemon.Log.WaitForAsync("answers_kept source=postgres");
    }

    [Fact]
    public async Task Mailboxes_answer_and_a_change_is_in_force_for_the_next_question()
    {
        Assert.Equal(0, (await daemon.RunAsync(AskAlice)).ExitCode);
        Assert.Equal(0, (await daemon.RunAsync(["lookup", "address", "sales@truenorth.local"])).ExitCode);
        Assert.Equal(1, (await daemon.RunAsync(["lookup", "address", "nobody@truenorth.local"])).ExitCode);
        Assert.Matches("\n +answers +postgres +kept\n", (await daemon.RunAsync(["status"])).Output);

        await database.ExecuteAsync("INSERT INTO policydaemon.account_states VALUES ('alice@truenorth.local', false)");
        await Wait.UntilAsync(async () => (await daemon.RunAsync(AskAlice)).ExitCode == 1, "alice may not send", TimeSpan.FromSeconds(5));
        await database.ExecuteAsync("UPDATE policydaemon.account_states SET send_allowed = true");
        await Wait.UntilAsync(async () => (await daemon.RunAsync(AskAlice)).ExitCode == 0, "alice may send again", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Outage_is_said_and_last_known_values_count_until_the_server_is_back()
    {
        Assert.Equal(0, (await daemon.RunAsync(AskAlice)).ExitCode);
        await postgres.KillAsync();
        await daemon.Log.WaitForAsync("answers_not_kept source=postgres kept=none");

        CommandResult ask = await daemon.RunAsync(AskAlice);
        Assert.True(ask.ExitCode == 0, ask.Output + ask.Error);
        await daemon.Log.WaitForAsync("source_unavailable source=postgres");
        CommandResult status = await daemon.RunAsync(["status"]);
        Assert.Matches("source +postgres +down", status.Output);
        Assert.Matches("answers +postgres +not kept: ", status.Output);

        long before = daemon.Log.Length;
        await postgres.StartAsync();
        await daemon.Log.WaitForAsync("answers_kept source=postgres", before);
        await Wait.UntilAsync(async () => (await daemon.RunAsync(AskAlice)).ExitCode == 0 && (await daemon.RunAsync(["status"])).ExitCode == 0, "all is well again");
    }

    [Fact]
    public async Task Reload_without_a_change_keeps_the_source_and_one_with_a_change_opens_another()
    {
        long before = daemon.Log.Length;
        DateTime oldest = await OldestConnectionAsync();
        daemon.Reload(Configuration());
        await daemon.Log.WaitForAsync("configuration_reloaded", before);

        daemon.Reload(Configuration(aliasQuery: ""));
        await daemon.Log.WaitForAsync("answers_kept source=postgres", before);

        Assert.Equal(1, (await daemon.RunAsync(["lookup", "address", "sales@truenorth.local"])).ExitCode);
        Assert.Equal(0, (await daemon.RunAsync(AskAlice)).ExitCode);
        await Wait.UntilAsync(async () => await OldestConnectionAsync() > oldest, "the connections of the former source are closed");
        Assert.Equal(2, daemon.Log.ReadFrom(before).Split("answers_kept source=postgres").Length);
    }

    [Fact]
    public async Task Query_that_the_server_does_not_understand_is_said_at_once()
    {
        long before = daemon.Log.Length;
        daemon.Reload(Configuration(aliasQuery: "SELECT destination FROM no_such_table WHERE source = '%s'"));

        string line = await daemon.Log.WaitForAsync("configuration_warning", before);

        Assert.Contains("directory.postgres.queries: query alias: relation \\\"no_such_table\\\" does not exist", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_answer_without_a_daemon_too()
    {
        await daemon.StopAsync();

        Assert.Equal(0, (await daemon.RunAsync(AskAlice)).ExitCode);
        Assert.Equal(1, (await daemon.RunAsync(["lookup", "account", "nobody@truenorth.local"])).ExitCode);
    }

    /// <summary>That which listens is among the first, and stays open.</summary>
    private Task<DateTime> OldestConnectionAsync() =>
        database.QueryAsync<DateTime>("SELECT min(backend_start) FROM pg_stat_activity WHERE usename = 'policydaemon'");

    private string Configuration(string? aliasQuery = null)
    {
        JsonObject section = PostgresSetup.SectionOf(Root, database);
        if (aliasQuery is not null)
            section["queries"] = new JsonObject { ["alias"] = aliasQuery };
        return new JsonObject
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray("unix:" + Root.PathOf("policydaemon", "policy.sock")),
                ["admin"] = "unix:" + Root.PathOf("policydaemon", "admin.sock"),
            },
            ["store"] = "sqlite:" + Root.PathOf("policydaemon", "blocks.db"),
            ["directory"] = new JsonObject { ["postgres"] = section },
        }.ToJsonString();
    }
}
