using System.Net;
using System.Text;
using System.Text.Json;
using PolicyDaemon.Cli;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class GuardCommandTests : IDisposable
{
    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.66");

    private readonly CommandRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Show_tells_a_person_who_is_locked_out_and_for_how_long()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        for (int i = 0; i < 5; i++) Guess("alice", $"guess{i}");
        Guess("bob", "x", IPAddress.Parse("2001:db8::1"));

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("guard show"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/guard-show.txt", run.Output);
    }

    [Fact]
    public async Task Show_without_anybody_says_so()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("guard show"));
        Assert.Equal("nobody guesses passwords\n", run.Output);
    }

    [Fact]
    public async Task Show_for_programs_has_every_name()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Guess("alice", "x");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("guard show --json"));
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement entry = json.RootElement.GetProperty("entries")[0];
        Assert.Equal(2, json.RootElement.GetProperty("total").GetInt32());
        Assert.Equal(["subject", "guesses", "lastAt", "lockedUntil"], entry.EnumerateObject().Select(property => property.Name));
    }

    [Theory]
    [InlineData("--login alice", "login alice", "proxied alice")]
    [InlineData("--login ALICE@truenorth.local", "login alice", "proxied alice")]
    [InlineData("--client 198.51.100.66", "network 198.51.100.66/32")]
    [InlineData("--client ::ffff:198.51.100.66", "network 198.51.100.66/32")]
    public async Task Clear_takes_back_what_is_about_them_and_nothing_else(string target, params string[] cleared)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        for (int i = 0; i < 5; i++) Guess("alice", $"guess{i}");
        Guess("alice", "x", null);
        string[] before = Subjects();

        Assert.Equal(ExitStatus.Yes, await run.RunAsync($"guard clear {target}"));
        Assert.StartsWith("nothing is counted or locked any more for ", run.Output, StringComparison.Ordinal);
        Assert.Equal(before.Except(cleared), Subjects());
    }

    [Theory]
    [InlineData("guard clear --login bob", ExitStatus.No, "nothing is counted or locked there")]
    [InlineData("guard clear --client 192.0.2.1", ExitStatus.No, "nothing is counted or locked there")]
    [InlineData("guard clear --client here", ExitStatus.CannotTell, "'here' is no address")]
    [InlineData("guard clear", ExitStatus.CannotTell, "give --login or --client, one of the two")]
    [InlineData("guard clear --login alice --client 192.0.2.1", ExitStatus.CannotTell, "give --login or --client, one of the two")]
    public async Task Clear_of_nothing_says_why(string command, int status, string complaint)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        Assert.Equal(status, await run.RunAsync(command));
        Assert.Contains(complaint, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_daemon_nobody_can_tell()
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("guard show"));
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("guard clear --login alice"));
    }

    private string[] Subjects() => [.. run.Daemon.Guard.Show().Select(count => count.Key).Order(StringComparer.Ordinal)];

    private void Guess(string name, string text) => Guess(name, text, Attacker);

    private void Guess(string name, string text, IPAddress? client)
    {
        using Password password = new(Encoding.UTF8.GetBytes(text));
        run.Daemon.Guard.Wrong(name, client, password, out _);
    }
}
