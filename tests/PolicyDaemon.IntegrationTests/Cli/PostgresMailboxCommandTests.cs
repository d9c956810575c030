using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Cli;

/// <summary><c>domain</c>, <c>account</c> and <c>alias</c> over a real PostgreSQL, whose administrator is no superuser, beside a daemon that asks it.</summary>
public sealed class PostgresMailboxCommandTests : StackTests
{
    private const string Administrator = "mailadmin";

    private static readonly string[] AskAlice = ["ask", "--login", "alice@truenorth.local", "--sender", "alice@truenorth.local", "--recipient", "bob@example.net"];

    private PostgresServer postgres = null!;
    private PostgresDatabase database = null!;
    private DaemonProcess daemon = null!;

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root);
        database = await postgres.CreateDatabaseAsync();
        await PostgresSetup.CreateRoleAsync(postgres);
        await postgres.CreateRoleAsync(Administrator, "admin-pw");
        await database.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO {Administrator}; {PostgresSetup.Mailboxes}");
        foreach (string table in (string[])["virtual_domains", "virtual_users", "virtual_aliases"])
            await database.ExecuteAsync($"ALTER TABLE {table} OWNER TO {Administrator}");
        daemon = await DaemonProcess.StartAsync(Root, Configuration(hasAdministrator: true));
        CommandResult migrated = await daemon.RunAsync(["migrate", "--role", PostgresSetup.Role]);
        Assert.True((migrated.ExitCode, migrated.Error) is (0, ""), migrated.Error);
        await daemon.Log.WaitForAsync("answers_kept source=postgres");
    }

    [Fact]
    public async Task What_a_command_changes_the_daemon_knows_and_what_was_wrong_is_refused_as_in_SQLite()
    {
        await DoAsync("domain add truenorth.local");
        await DoAsync("account add alice@truenorth.local", "wonderland\n");
        await DoAsync("alias add sales@truenorth.local alice@truenorth.local");

        await UntilAsync(0, AskAlice);
        await UntilAsync(0, "lookup", "address", "sales@truenorth.local");
        Assert.StartsWith("{ARGON2ID}", await database.QueryAsync<string>("SELECT password FROM virtual_users"), StringComparison.Ordinal);
        Assert.Contains("alice@truenorth.local", (await DoAsync("account list")).Output, StringComparison.Ordinal);

        await DoAsync("account set alice@truenorth.local --send-allowed false");
        await UntilAsync(1, AskAlice);
        await DoAsync("account set alice@truenorth.local --send-allowed true");
        await UntilAsync(0, AskAlice);

        CommandResult again = await RunAsync("account add alice@truenorth.local", "other\n");
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.Equal(1, (await RunAsync("domain remove truenorth.local")).ExitCode);
        await DoAsync("alias remove sales@truenorth.local");
        await UntilAsync(1, "lookup", "address", "sales@truenorth.local");
    }

    [Fact]
    public async Task Without_an_administrator_or_a_server_nothing_is_changed_and_the_cause_is_said()
    {
        daemon.Reload(Configuration(hasAdministrator: false));
        await daemon.Log.WaitForAsync("configuration_reloaded");
        CommandResult refused = await RunAsync("domain add truenorth.local");
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("policydaemon: neither directory.sqlite nor directory.postgres.adminConnectionString is configured: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, await database.QueryAsync<long>("SELECT count(*) FROM virtual_domains"));

        daemon.Reload(Configuration(hasAdministrator: true));
        await postgres.KillAsync();
        CommandResult away = await RunAsync("domain add truenorth.local");
        Assert.Equal(2, away.ExitCode);
        Assert.StartsWith("policydaemon: PostgreSQL is away: ", away.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(string line, string input = "") => daemon.RunAsync(line.Split(' '), input);

    private async Task<CommandResult> DoAsync(string line, string input = "")
    {
        CommandResult result = await RunAsync(line, input);
        Assert.True(result.ExitCode == 0, $"{line}: {result.Output}{result.Error}");
        return result;
    }

    /// <summary>A notification has to come through.</summary>
    private Task UntilAsync(int status, params string[] arguments) => Wait.UntilAsync(
        async () => (await daemon.RunAsync(arguments)).ExitCode == status, $"{string.Join(' ', arguments)} gives {status}", TimeSpan.FromSeconds(5));

    private string Configuration(bool hasAdministrator)
    {
        JsonObject section = PostgresSetup.SectionOf(Root, database);
        if (hasAdministrator)
        {
            section["adminConnectionString"] = database.ConnectionStringOf(Administrator);
            section["adminPasswordFile"] = Root.WriteFile("admin.password", "admin-pw\n", 0b110_000_000);
        }

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
