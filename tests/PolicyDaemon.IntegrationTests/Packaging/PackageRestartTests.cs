using System.Collections.Concurrent;
using System.Diagnostics;
using PolicyDaemon.MailStack.Machines;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Smtp;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Packaging;

/// <summary><c>systemctl restart policydaemon</c> by a real systemd, with the shipped units, while Postfix asks at each recipient.</summary>
public sealed class PackageRestartTests
{
    private const int Sessions = 10;

    private const int Restarts = 2;

    /// <summary>How long Postfix waits for an answer before it tries once more, by the snippet.</summary>
    private static readonly TimeSpan PolicyTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Restart_by_systemd_costs_no_transaction()
    {
        await using DebianMachine machine = await DebianMachine.StartAsync("bookworm");
        await DebianPackage.InstallAsync(machine);
        await InstalledMailSystem.SetUpAsync(machine, "3.7");
        ConcurrentBag<string> replies = [];
        using CancellationTokenSource ending = new();
        Stopwatch running = Stopwatch.StartNew();
        List<Task> load = [.. Enumerable.Range(0, Sessions).Select(_ => SendAsync(machine, replies, ending.Token))];

        TimeSpan longest = TimeSpan.Zero;
        for (int restart = 0; restart < Restarts; restart++)
        {
            await Wait.UntilAsync(() => replies.Count > (restart + 1) * 10 * Sessions, "mail flows");
            Stopwatch restarting = Stopwatch.StartNew();
            (await machine.RunAsync("systemctl", "restart", "policydaemon")).EnsureSuccess();
            longest = restarting.Elapsed > longest ? restarting.Elapsed : longest;
        }

        int before = replies.Count;
        await Wait.UntilAsync(() => replies.Count > before + 10 * Sessions, "mail flows again");
        await ending.CancelAsync();
        await Task.WhenAll(load);
        TestContext.Current.TestOutputHelper?.WriteLine($"{replies.Count} transactions, {replies.Count / running.Elapsed.TotalSeconds:0} a second; the longest restart {longest.TotalSeconds:0.0} s");

        // A machine that is so busy that the start takes longer than Postfix waits has them try again later; nothing else is ever said.
        string allowed = longest < PolicyTimeout ? "^250 " : "^(250 |451 4\\.3\\.5 )";
        Assert.All(replies, reply => Assert.Matches(allowed, reply));
    }

    /// <summary>Transactions up to the recipient, which is where the daemon is asked, over one session.</summary>
    private static async Task SendAsync(DebianMachine machine, ConcurrentBag<string> replies, CancellationToken ending)
    {
        await using SmtpDialog alice = await InstalledMailSystem.LogInAsync(machine);
        while (!ending.IsCancellationRequested)
        {
            (await alice.MailAsync(InstalledMailSystem.Alice)).EnsureSuccess();
            replies.Add((await alice.RcptAsync(InstalledMailSystem.Bob)).Text);
            (await alice.SendAsync("RSET")).EnsureSuccess();
        }
    }
}
