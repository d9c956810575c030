using System.Diagnostics;
using System.Net;
using System.Text;
using PolicyDaemon.Backends.Files;
using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Contracts;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Tests.Backends.Sqlite;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Files;

/// <summary>The passdb contract on a passwd-file of which nothing is kept when it is away.</summary>
public sealed class FilePassdbTests : PassdbContract
{
    private readonly TemporaryDirectory directory = new();
    private readonly HashWorkers workers = new(2, 100);
    private DirectorySeed seed = PassdbSeed.Standard;
    private FileWatch? watch;

    private string Passwd => directory.File("users");

    public override async ValueTask DisposeAsync()
    {
        if (watch is not null) await watch.DisposeAsync();
        workers.Dispose();
        directory.Dispose();
    }

    protected override ValueTask<IPassdb> StartAsync(DirectorySeed seed) => new(Open(FileSeed.Passwd(seed), TimeSpan.Zero));

    protected override ValueTask StopAsync()
    {
        File.Move(Passwd, Passwd + ".away");
        return default;
    }

    /// <summary>A FIFO that nobody writes to: whoever opens it waits for ever.</summary>
    protected override async ValueTask HangAsync()
    {
        await StopAsync();
        using var made = Process.Start("mkfifo", [Passwd]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, made.ExitCode);
    }

    protected override ValueTask ResumeAsync()
    {
        File.Move(Passwd + ".away", Passwd, overwrite: true);
        return default;
    }

    protected override ValueTask SetPasswordAsync(SeedAccount account, string stored)
    {
        seed = seed with { Accounts = [.. seed.Accounts.Select(each => each.Name == account.Name ? each with { Password = stored } : each)] };
        FileSeed.Write(Passwd, FileSeed.Passwd(seed));
        return default;
    }

    [Theory]
    [InlineData("alice@example.org:{PLAIN}test1234", PasswordVerdict.Right)]
    [InlineData("alice@example.org|{PLAIN}test1234", PasswordVerdict.Right)]
    [InlineData("alice@example.org:$6$rounds=1000$abcdefgh$8JZPXtHGyMBYDGUVqrJkkpWm8Ff0ZO7sRNqN8bYVKbJNYiGP2rQ6oXxTBLpx2wDZjYxgRQRRcJKyTMa7nFmPo1", PasswordVerdict.Wrong)]
    [InlineData("alice@example.org:16d7a4fca7442dda3ad93c9a726597e4[34]", PasswordVerdict.Right)]
    [InlineData("alice@example.org:yjrDWRYt3zsw6", PasswordVerdict.Right)]
    [InlineData("alice@example.org:yjrDWRYt3zsw6[13]", PasswordVerdict.Right)]
    [InlineData("alice@example.org:", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:x", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:*LK*", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:!{PLAIN}test1234", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:{PLAIN}test1234::::::nologin", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:{PLAIN}test1234::::::nologin=y reason=gone", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:::::::nopassword=y", PasswordVerdict.NotFound)]
    [InlineData("alice@example.org:{NONSENSE}test1234", PasswordVerdict.Unavailable)]
    [InlineData("alice@example.org:test1234", PasswordVerdict.Unavailable)]
    [InlineData("alice@example.org:{PLAIN}test1234\nALICE@Example.ORG:{PLAIN}other\n", PasswordVerdict.Unavailable)]
    [InlineData("bob@example.org:{PLAIN}other\nalice@example.org:{PLAIN}test1234::::::user=bob@example.org", PasswordVerdict.Right)]
    public async Task Password_is_read_as_Dovecot_reads_it(string text, PasswordVerdict expected) =>
        Assert.Equal(expected, await AskAsync(Open(text + "\n", TimeSpan.Zero), "alice@example.org"));

    [Theory]
    [InlineData("192.0.2.7", PasswordVerdict.Right)]
    [InlineData("::ffff:192.0.2.7", PasswordVerdict.Right)]
    [InlineData("2001:db8::1", PasswordVerdict.Right)]
    [InlineData("198.51.100.7", PasswordVerdict.Wrong)]
    [InlineData("2001:db8::2", PasswordVerdict.Wrong)]
    [InlineData(null, PasswordVerdict.Wrong)]
    public async Task Password_counts_only_from_the_networks_that_it_is_for(string? client, PasswordVerdict expected)
    {
        var passdb = Open("alice@example.org:{PLAIN}test1234::::::allow_nets=192.0.2.0/24,2001:db8::1\n", TimeSpan.Zero);
        Assert.Equal(expected, await AskAsync(passdb, "alice@example.org", client is null ? null : IPAddress.Parse(client)));
    }

    [Fact]
    public async Task Client_without_an_address_is_local() =>
        Assert.Equal(PasswordVerdict.Right, await AskAsync(Open("alice@example.org:{PLAIN}test1234::::::allow_nets=local\n", TimeSpan.Zero), "alice@example.org"));

    [Fact]
    public async Task Scheme_of_passwords_without_one_can_be_another() => Assert.Equal(
        PasswordVerdict.Right, await AskAsync(Open("alice@example.org:test1234\n", TimeSpan.Zero, "PLAIN"), "alice@example.org"));

    [Fact]
    public async Task Passwords_that_were_known_last_count_while_the_file_is_wrong()
    {
        var passdb = Open("alice@example.org:{PLAIN}test1234\n", TimeSpan.FromHours(4));
        Assert.Equal(PasswordVerdict.Right, await AskAsync(passdb, "alice@example.org"));
        FileSeed.Write(Passwd, "alice@example.org\n");
        Assert.Equal(PasswordVerdict.Right, await AskAsync(passdb, "alice@example.org"));
    }

    private FilePassdb Open(string text, TimeSpan staleFor, string scheme = "CRYPT")
    {
        FileSeed.Write(Passwd, text);
        watch = FileSources.Watch(new FileDirectoryOptions { Passwd = [Passwd], StaleFor = staleFor, DefaultScheme = scheme }, new AddressNormalizer("+"));
        return new FilePassdb(watch, workers, TimeProvider.System);
    }

    private static async Task<PasswordVerdict> AskAsync(FilePassdb passdb, string login, IPAddress? client = null)
    {
        using var password = new Password(Encoding.UTF8.GetBytes("test1234"));
        return (await passdb.VerifyAsync(new PasswordQuestion([login], password, client), TestContext.Current.CancellationToken)).Verdict;
    }
}
