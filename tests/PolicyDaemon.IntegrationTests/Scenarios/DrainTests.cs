using System.Diagnostics;
using PolicyDaemon.MailStack.Smtp;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>SIGTERM: the daemon ends cleanly while Postfix holds its connections, and a restart costs nobody a message.</summary>
public sealed class DrainTests : ScenarioTests
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Idle_connections_do_not_hold_up_the_end_and_the_next_start_is_used_at_once()
    {
        await using SmtpDialog alice = await LogInAsync("alice");
        await using SmtpDialog outsider = await ComeFromOutsideAsync();
        await AssertBothPassAsync(alice, outsider);

        Stopwatch ending = Stopwatch.StartNew();
        await Daemon.StopAsync();

        Assert.InRange(ending.Elapsed, TimeSpan.Zero, EndLimit);
        Assert.Equal(0, Daemon.ExitCode);
        await Daemon.Log.WaitForAsync("daemon_stopped");
        Assert.False(File.Exists(Path.Combine(Postfix.QueueDirectory, "policydaemon", "policy.sock")));
        Assert.False(File.Exists(Root.PathOf("policydaemon", "admin.sock")));

        await Daemon.StartAsync();
        await AssertBothPassAsync(alice, outsider);
    }

    private static async Task AssertBothPassAsync(SmtpDialog alice, SmtpDialog outsider)
    {
        AssertReply("250", await TryRcptAsync(alice, AddressOf("alice"), AddressOf("bob")));
        AssertReply("250", await TryRcptAsync(outsider, "someone@elsewhere.example", AddressOf("bob")));
    }
}
