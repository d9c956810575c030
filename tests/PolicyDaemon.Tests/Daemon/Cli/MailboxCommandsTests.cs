using System.Text;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Backends.Sqlite;
using PolicyDaemon.Cli;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

/// <summary><c>domain</c>, <c>account</c>, <c>alias</c> and <c>hash-password</c>, on a real SQLite file.</summary>
public sealed class MailboxCommandsTests : IDisposable
{
    private readonly CommandRun run = new();

    public MailboxCommandsTests() => run.Daemon.Database = SqliteDatabase.OpenOrCreate(run.DatabasePath);

    private string WithLimits => $$"""
        { "listen": { "admin": "unix:{{run.SocketPath}}" }, "directory": { "sqlite": { "path": "{{run.DatabasePath}}" } }, "limits": [
            { "name": "login-day", "key": "login", "unit": "messages", "limit": 1, "per": "1d" },
            { "name": "domain-day", "key": "domain", "unit": "messages", "limit": 1, "per": "1d" } ] }
        """;

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Directory_is_built_changed_listed_and_emptied()
    {
        run.Input = "alice-pw\n";
        run.WriteConfig(WithLimits);
        await DoAsync("domain add truenorth.local", "domain truenorth.local added\n");
        await DoAsync("account add Alice@truenorth.local --scheme SSHA512 --quota 2G", "account alice@truenorth.local added\n");
        await DoAsync("account add carol@truenorth.local --scheme SSHA512 --send-allowed false --status disabled", "account carol@truenorth.local added\n");
        await DoAsync("account set alice@truenorth.local --send-as team@truenorth.local --limit login-day=500 --open-to @truenorth.local --enabled false", "account alice@truenorth.local changed\nsessions that are open stay open until: policydaemon kick alice@truenorth.local\n");
        await DoAsync("domain set truenorth.local --limit login-day=300 --limit domain-day=20000", "domain truenorth.local changed\n");
        await DoAsync("alias add @truenorth.local alice@truenorth.local");
        await DoAsync("alias add team@truenorth.local alice@truenorth.local");
        await DoAsync("alias set team@truenorth.local alice@truenorth.local eve@example.org --open-to @truenorth.local");

        string lists = "";
        foreach (string line in new[] { "domain list", "account list", "account list --domain example.org", "alias list --domain truenorth.local" })
        {
            await DoAsync(line);
            lists += $"$ policydaemon {line}\n{run.Output}";
        }

        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/lists.txt", lists);

        await DoAsync("domain set truenorth.local --enabled false", "domain truenorth.local disabled\n");
        Assert.Equal(ExitStatus.No, await run.RunAsync("domain remove truenorth.local"));
        await DoAsync("alias remove team@truenorth.local eve@example.org");
        await DoAsync("alias remove team@truenorth.local");
        await DoAsync("alias remove @truenorth.local");
        await DoAsync("account remove alice@truenorth.local");
        await DoAsync("account remove carol@truenorth.local");
        await DoAsync("domain remove truenorth.local", "domain truenorth.local removed\n");
    }

    [Theory]
    [InlineData("domain set truenorth.local --limit domain-dya=1", "domain-dya'; did you mean domain-day?")]
    [InlineData("account set alice@truenorth.local --limit mail=1 --limit login-day=", "mail'")]
    public async Task Name_that_no_limit_has_is_warned_of(string line, string name)
    {
        run.Input = "alice-pw\n";
        run.WriteConfig(WithLimits);
        await DoAsync("domain add truenorth.local");
        await DoAsync("account add alice@truenorth.local --scheme SSHA512");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync(line));
        Assert.Equal($"policydaemon: warning: no limit of the configuration has the name '{name}\n", run.Error);
    }

    [Theory]
    [InlineData("domain add truenorth.local", ExitStatus.No, "domain truenorth.local already exists")]
    [InlineData("domain remove example.org", ExitStatus.No, "domain example.org does not exist")]
    [InlineData("account set nobody@truenorth.local --enabled false", ExitStatus.No, "account nobody@truenorth.local does not exist")]
    [InlineData("domain set truenorth.local", ExitStatus.CannotTell, "nothing to change: expected --enabled or --limit")]
    [InlineData("account set nobody@truenorth.local", ExitStatus.CannotTell, "nothing to change: expected at least one option that says what")]
    [InlineData("account remove dave", ExitStatus.CannotTell, "'dave' is no address: an account is named with its domain, such as alice@example.org")]
    [InlineData("account add x@example.org --scheme PLAIN", ExitStatus.No, "domain example.org does not exist; add it first")]
    [InlineData("account list --domain \"a b\"", ExitStatus.CannotTell, "'a b' is no domain")]
    [InlineData("alias remove sales@truenorth.local", ExitStatus.No, "alias sales@truenorth.local does not exist")]
    public async Task What_cannot_be_done_is_one_sentence(string line, int status, string sentence)
    {
        run.Input = "secret\n";
        await DoAsync("domain add truenorth.local");
        Assert.Equal(status, await run.RunAsync(line));
        Assert.Equal($"policydaemon: {sentence}\n", run.Error);
    }

    [Fact]
    public async Task Password_is_typed_twice_and_only_its_hash_is_kept()
    {
        await DoAsync("domain add truenorth.local");
        run.Type("wonderland", "wonderland");

        await DoAsync("account add alice@truenorth.local --scheme SHA512-CRYPT");

        Assert.Equal(["New password for alice@truenorth.local: ", "Once more: "], run.Prompts);
        Assert.DoesNotContain("wonderland", run.Output + run.Error, StringComparison.Ordinal);
        byte[] file = await File.ReadAllBytesAsync(run.DatabasePath);
        Assert.Equal(-1, file.AsSpan().IndexOf("wonderland"u8));
    }

    [Fact]
    public async Task Two_different_passwords_change_nothing()
    {
        await DoAsync("domain add truenorth.local");
        run.Type("wonderland", "wonderlamp");
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("account add alice@truenorth.local"));
        Assert.Equal("policydaemon: the two passwords differ; nothing was changed\n", run.Error);
        await DoAsync("account list", "no accounts\n");
    }

    [Theory]
    [InlineData("", "no password was given: type one, or write it as one line to standard input")]
    [InlineData("\n", "no password was given: type one, or write it as one line to standard input")]
    [InlineData("a\0b\n", "the password contains NUL")]
    public async Task Unusable_password_is_refused(string input, string sentence)
    {
        run.Input = input;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("hash-password"));
        Assert.Equal($"policydaemon: {sentence}\n", run.Error);
    }

    [Fact]
    public async Task Endless_input_is_not_read_to_its_end()
    {
        run.Input = new string('x', 1 << 20);
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("hash-password"));
        Assert.Equal("policydaemon: the password is longer than 1024 octets\n", run.Error);
    }

    [Theory]
    [InlineData("hash-password", "{ARGON2ID}")]
    [InlineData("hash-password --scheme sha512-crypt", "{SHA512-CRYPT}")]
    public async Task Hash_is_of_the_line_without_its_end(string line, string scheme)
    {
        run.Input = "pässword \r\nsecond line\n";
        Assert.Equal(ExitStatus.Yes, await run.RunAsync(line));
        Assert.StartsWith(scheme, run.Output, StringComparison.Ordinal);
        Assert.True(PasswordHash.TryParse(run.Output.TrimEnd('\n'), out PasswordHash? hash, out _));
        Assert.True(hash.Verify(Encoding.UTF8.GetBytes("pässword ")));
    }

    [Fact]
    public async Task Directory_kept_elsewhere_cannot_be_changed_here()
    {
        run.Daemon.Database!.Dispose();
        run.Daemon.Database = null;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("domain list"));
        Assert.StartsWith("policydaemon: neither directory.sqlite nor directory.postgres.adminConnectionString is configured: ", run.Error, StringComparison.Ordinal);
    }

    private async Task DoAsync(string line, string? output = null)
    {
        int status = await run.RunAsync(line);
        Assert.Equal("", run.Error);
        Assert.Equal(ExitStatus.Yes, status);
        if (output is not null) Assert.Equal(output, run.Output);
    }
}
