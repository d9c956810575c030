using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Mail is delivered before an administrator has prepared PostgreSQL for the ledger, and is in it afterwards.</summary>
public sealed class LedgerWithoutTableTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>
{
    private const string Recipient = "alice@truenorth.local";

    /// <summary>As an upgrade leaves it.</summary>
    private const string TakeLedgerAway = "DROP TABLE policydaemon.deliveries; DELETE FROM policydaemon.schema_version WHERE number = 5";

    [Theory]
    [InlineData("upgraded", true)]
    [InlineData("empty", false)]
    public async Task Mail_is_delivered_while_migrate_was_not_run_and_what_is_missing_is_said(string name, bool hasOtherTables)
    {
        PostgresDatabase database = await postgres.Server.CreateDatabaseAsync(name, async made =>
        {
            await PostgresSetup.CreateRoleAsync(postgres.Server);
            if (!hasOtherTables) return;
            await PostgresSetup.ApplyAsync(made);
            await made.ExecuteAsync(TakeLedgerAway);
        });
        using TroubledMailStore store = new(postgres.Root.PathOf($"{name}-store"));
        DaemonProcess daemon = await DaemonProcess.StartAsync(postgres.Root, Configuration(database, name), new() { Name = name });

        await DeliverAsync(name);
        Assert.Contains("policydaemon migrate", await daemon.Log.WaitForAsync("warning ledger_waiting"), StringComparison.Ordinal);
        string status = (await daemon.RunAsync(["status"])).Output;
        Assert.Matches(@"delivers to\s+unix:\S+\s+up\s+for .* connections in use", status);
        Assert.Matches(@"deliveries\s+ledger\s+1 not in the store yet, the oldest of .* ago: .*has 'policydaemon migrate' been run\?", status);
        CommandResult shown = await daemon.RunAsync(["deliveries", "--recipient", Recipient]);
        Assert.Contains(" stored ", shown.Output, StringComparison.Ordinal);
        Assert.Contains("policydaemon migrate", shown.Output + shown.Error, StringComparison.Ordinal);

        await PostgresSetup.ApplyAsync(database);
        await daemon.Log.WaitForAsync("information ledger_handed_over");
        Assert.Matches(@"deliveries\s+ledger\s+the store has them all\s+written .* ago", (await daemon.RunAsync(["status"])).Output);
        Assert.Equal(1L, await database.QueryAsync<long>("SELECT count(*) FROM policydaemon.deliveries WHERE outcome = 'stored'"));
        Assert.Single(store.Stored);
    }

    private async Task DeliverAsync(string name)
    {
        await using LmtpClient client = await LmtpClient.OpenAsync(postgres.Root.PathOf(name, "lmtp.sock"));
        await client.BeginAsync("someone@elsewhere.example", Recipient);
        await client.SendAsync("Subject: x\r\n\r\nx\r\n.\r\n");
        Assert.StartsWith("250 ", await client.ReadReplyAsync(), StringComparison.Ordinal);
    }

    private string Configuration(PostgresDatabase database, string name)
    {
        JsonObject section = PostgresSetup.SectionOf(postgres.Root, database);
        section["mailboxes"] = false;
        return new JsonObject
        {
            ["node"] = name,
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{postgres.Root.PathOf(name, "policy.sock")}"),
                ["lmtp"] = new JsonArray($"unix:{postgres.Root.PathOf(name, "lmtp.sock")}"),
                ["admin"] = $"unix:{postgres.Root.PathOf(name, "admin.sock")}",
            },
            ["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{postgres.Root.PathOf($"{name}-store")}") },
            ["store"] = "postgres",
            ["cluster"] = new JsonObject { ["nodes"] = 1 },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject(), ["postgres"] = section },
        }.ToJsonString();
    }
}
