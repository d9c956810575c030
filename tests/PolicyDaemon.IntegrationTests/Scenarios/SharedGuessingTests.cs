using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Secrecy;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Two whole daemons on one PostgreSQL: what one has seen of a guesser, both know.</summary>
public sealed class SharedGuessingTests : StackTests
{
    private const string TooMany = "Too many wrong passwords";
    private const string Right = "x"; // everybody's password in the cluster
    private const string Home = "192.0.2.7";
    private const string Attacker = "198.51.100.66";

    private StoreCluster cluster = null!;
    private DaemonProcess one = null!;
    private DaemonProcess two = null!;

    protected override async ValueTask PrepareAsync()
    {
        cluster = await StoreCluster.PrepareAsync(Root, configure: configuration =>
        {
            string name = configuration["node"]!.GetValue<string>();
            configuration["listen"]!["sasl"] = new JsonArray($"unix:{SaslOf(name)}");
            configuration["guard"] = new JsonObject { ["distinctPasswords"] = 2 };
        });
        one = await cluster.AddAsync("mx1");
        two = await cluster.AddAsync("mx2");
    }

    [Fact]
    public async Task Guesser_who_is_refused_on_one_node_is_refused_on_the_other_and_an_order_on_either_counts_for_both()
    {
        Assert.StartsWith("OK", await LogInAsync("mx1", StoreCluster.Alice, Right, Home), StringComparison.Ordinal);
        foreach (string guess in (string[])["guess1", "guess2"]) Assert.DoesNotContain(TooMany, await LogInAsync("mx1", StoreCluster.Alice, guess, Attacker), StringComparison.Ordinal);

        await UntilAsync("mx2", StoreCluster.Alice, Attacker, TooMany);
        Assert.Contains(TooMany, await LogInAsync("mx2", StoreCluster.Bob, Right, Attacker), StringComparison.Ordinal);
        Assert.Contains(TooMany, await LogInAsync("mx2", StoreCluster.Alice, Right, "203.0.113.1"), StringComparison.Ordinal);
        Assert.StartsWith("OK", await LogInAsync("mx2", StoreCluster.Alice, Right, Home), StringComparison.Ordinal);
        foreach (DaemonProcess node in (DaemonProcess[])[one, two])
        {
            string shown = (await node.RunAsync(["guard", "show"])).EnsureSuccess().Output;
            Assert.Contains($"network {Attacker}/32", shown, StringComparison.Ordinal);
            Assert.Contains($"login {StoreCluster.Alice}", shown, StringComparison.Ordinal);
        }

        (await two.RunAsync(["guard", "clear", "--client", Attacker])).EnsureSuccess();
        await UntilAsync("mx1", StoreCluster.Bob, Attacker, "OK");
        (await one.RunAsync(["guard", "clear", "--login", StoreCluster.Alice])).EnsureSuccess();
        await UntilAsync("mx2", StoreCluster.Alice, Attacker, "OK");

        Assert.Equal(2, Count(one.Log, "guessing_locked")); // of the network and of the login; where they were guessed
        Assert.Equal(0, Count(two.Log, "guessing_locked"));
    }

    [Fact]
    public async Task Guesses_on_both_nodes_are_counted_together_also_by_a_node_that_starts_later()
    {
        Assert.DoesNotContain(TooMany, await LogInAsync("mx1", StoreCluster.Alice, "guess1", Attacker), StringComparison.Ordinal);
        await Wait.UntilAsync(async () => (await two.RunAsync(["guard", "show"])).Output.Contains(Attacker, StringComparison.Ordinal), "mx2 has heard of it");
        Assert.DoesNotContain(TooMany, await LogInAsync("mx2", StoreCluster.Alice, "guess2", Attacker), StringComparison.Ordinal);
        await UntilAsync("mx1", StoreCluster.Bob, Attacker, TooMany);

        await cluster.AddAsync("mx3");
        Assert.Contains(TooMany, await LogInAsync("mx3", StoreCluster.Bob, Right, Attacker), StringComparison.Ordinal);
    }

    /// <summary>What they cost: no more than the first guesses are compared, and the account at home notices nothing.</summary>
    [Fact]
    public async Task Ten_thousand_addresses_at_once_get_two_guesses_together_and_the_account_at_home_notices_nothing()
    {
        const int Addresses = 10_000;
        Assert.StartsWith("OK", await LogInAsync("mx1", StoreCluster.Alice, Right, Home), StringComparison.Ordinal);
        TimeSpan before = CpuOf(one);
        Task<int[]> attack = Task.WhenAll(Enumerable.Range(0, 10).Select(part => GuessAsync(part, Addresses / 10)));
        for (int i = 0; i < 5; i++) await LogInAtHomeAsync();
        int compared = (await attack).Sum();

        Assert.InRange(compared, 1, 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{(CpuOf(one) - before).TotalMicroseconds / Addresses:F0} us CPU for each of {Addresses} attempts");
        await UntilAsync("mx2", StoreCluster.Alice, "203.0.113.1", TooMany);
    }

    /// <summary>On a machine that stalls PostgreSQL may not answer in time: then she is asked to try again, and never told anything else.</summary>
    private Task LogInAtHomeAsync() => Wait.UntilAsync(
        async () =>
        {
            string answer = await LogInAsync("mx1", StoreCluster.Alice, Right, Home);
            Assert.True(answer.StartsWith("OK", StringComparison.Ordinal) || answer.EndsWith("code=temp_fail", StringComparison.Ordinal), answer);
            return answer.StartsWith("OK", StringComparison.Ordinal);
        },
        "alice gets in at home");

    /// <summary>Many attempts on one connection at once, each from an address and with a password of its own.</summary>
    /// <returns>How many were told that the password is wrong, not that there were too many.</returns>
    private async Task<int> GuessAsync(int part, int count)
    {
        await using LineDialog dialog = await LineDialog.OpenAsync(new UnixDomainSocketEndPoint(SaslOf("mx1")));
        await dialog.SendRawAsync(FormattableString.Invariant($"VERSION\t1\t2\nCPID\t{7000 + part}\n"));
        await dialog.ReadUntilAsync("DONE");
        await dialog.SendRawAsync(string.Concat(Enumerable.Range(0, count).Select(i => FormattableString.Invariant(
            $"AUTH\t{i + 1}\tPLAIN\tservice=imap\trip=10.{part}.{i / 256}.{i % 256}\tresp={MailLogins.PlainMessage(StoreCluster.Alice, $"guess {part} {i}")}\n"))));
        int wrong = 0;
        for (int i = 0; i < count; i++)
        {
            if (!(await dialog.ReadUntilAsync("FAIL\t", "OK\t")).Contains(TooMany, StringComparison.Ordinal)) wrong++;
        }

        return wrong;
    }

    private Task UntilAsync(string node, string login, string client, string expected) => Wait.UntilAsync(
        async () => (await LogInAsync(node, login, Right, client)).Contains(expected, StringComparison.Ordinal), $"{node} answers {expected}");

    private Task<string> LogInAsync(string node, string login, string password, string client) =>
        RawLogin.LogInAsync(new UnixDomainSocketEndPoint(SaslOf(node)), login, password, client: client);

    private string SaslOf(string node) => Root.PathOf(node, "sasl.sock");

    private static TimeSpan CpuOf(DaemonProcess daemon)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(daemon.Id);
        return process.TotalProcessorTime;
    }

    private static int Count(LogFile log, string text) => log.ReadFrom().Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));
}
