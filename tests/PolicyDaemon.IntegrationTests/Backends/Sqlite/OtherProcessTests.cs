using System.Diagnostics;
using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Sqlite;

/// <summary>The database file shared with another process: the sqlite3 shell, as an administrator uses it.</summary>
public sealed class OtherProcessTests : StackTests
{
    private const int Changes = 100;

    private string FilePath => Root.PathOf("policydaemon.db");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_that_write_at_once_lose_nothing()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        var theirs = ShellAsync(string.Concat(
            Enumerable.Range(0, Changes).Select(i => $"INSERT INTO virtual_domains (name) VALUES ('theirs{i}.example');\n")));
        var domains = new DomainTable(database);
        for (var i = 0; i < Changes; i++) Assert.True((await domains.AddAsync($"ours{i}.example", isEnabled: true, Token)).IsDone);
        await theirs;
        var names = (await domains.ListAsync(Token)).Select(domain => domain.Name).ToList();
        Assert.Equal(Changes, names.Count(name => name.StartsWith("ours", StringComparison.Ordinal)));
        Assert.Equal(Changes, names.Count(name => name.StartsWith("theirs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_another_process_commits_is_answered_at_once_and_its_blocks_within_a_second()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        using var blocks = new SqliteBlocks(database, TimeProvider.System);
        var source = new SqliteDirectory(database, TimeProvider.System);
        Assert.True((await source.FindDomainAsync("truenorth.example", Token)).IsNotFound);
        await ShellAsync(
            """
            INSERT INTO virtual_domains (name) VALUES ('truenorth.example');
            INSERT INTO blocks VALUES ('login', 'alice@truenorth.example', 'reject', 'spam', 'shell', 0, NULL);
            """);
        var committed = Stopwatch.GetTimestamp();
        Assert.True((await source.FindDomainAsync("truenorth.example", Token)).IsFound);
        while ((await blocks.ReadAsync(Token)).Value!.IsEmpty)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(committed), TimeSpan.Zero, TimeSpan.FromSeconds(2));
            await Task.Delay(10, Token);
        }

        Assert.Equal("shell", (await blocks.ReadAsync(Token)).Value!.Blocks.Single().Author);
    }

    [Fact]
    public async Task Process_killed_in_the_middle_of_a_change_leaves_the_file_whole_and_free()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        var start = new ProcessStartInfo("sqlite3", [FilePath]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        using (var shell = Process.Start(start)!)
        {
            await shell.StandardInput.WriteLineAsync("BEGIN IMMEDIATE; INSERT INTO virtual_domains (name) VALUES ('theirs.example'); SELECT 'begun';");
            await shell.StandardInput.FlushAsync(Token);
            Assert.Equal("begun", await shell.StandardOutput.ReadLineAsync(Token));
            shell.Kill();
            await shell.WaitForExitAsync(Token);
        }

        var domains = new DomainTable(database);
        Assert.True((await domains.AddAsync("ours.example", isEnabled: true, Token)).IsDone);
        Assert.Equal(["ours.example"], (await domains.ListAsync(Token)).Select(domain => domain.Name));
        Assert.Equal("ok", await ShellAsync("PRAGMA integrity_check;"));
    }

    [Fact]
    public async Task Rules_of_the_tables_hold_for_a_hand_too()
    {
        using var database = SqliteDatabase.OpenOrCreate(FilePath);
        foreach (var wrong in new[]
        {
            "INSERT INTO virtual_domains (name) VALUES ('TrueNorth.example')",
            "INSERT INTO virtual_domains (name, enabled) VALUES ('truenorth.example', 'yes')",
            "INSERT INTO virtual_users (domain_id, email, password) VALUES (1, 'alice', 'x')",
            "INSERT INTO virtual_aliases (domain_id, source, destination) VALUES (1, 'info@truenorth.example', 'alice')",
            "INSERT INTO blocks VALUES ('user', 'alice', 'reject', '', '', 0, NULL)",
        })
        {
            var result = await Command.RunAsync("sqlite3", ["-bail", FilePath, wrong]);
            Assert.NotEqual(0, result.ExitCode);
        }

        Assert.Empty(await new DomainTable(database).ListAsync(Token));
    }

    private async Task<string> ShellAsync(string sql) =>
        (await Command.RunAsync("sqlite3", ["-bail", "-cmd", ".timeout 5000", FilePath], sql)).EnsureSuccess().Output.Trim();
}
