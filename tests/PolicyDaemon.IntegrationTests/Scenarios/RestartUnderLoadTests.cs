using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Restarts;
using PolicyDaemon.MailStack.Processes;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>
/// The daemon is restarted, its sockets held as systemd holds them, while 500 SMTP transactions a second ask it by all protocols and a real Postfix takes mail besides:
/// what fails is what docs/systemd.md names, and each accepted message is there once.
/// </summary>
public sealed class RestartUnderLoadTests : StackTests
{
    private const int PerSecond = 500;

    /// <summary>A machine with much other work makes a tenth of the rate.</summary>
    private static readonly TimeSpan FlowLimit = TimeSpan.FromMinutes(2);

    /// <summary>Who submit to the real Postfix.</summary>
    private const int People = 4;

    private RestartedMailSystem mail = null!;

    protected override async ValueTask PrepareAsync() => mail = await RestartedMailSystem.StartAsync(Root);

    protected override ValueTask ReleaseAsync()
    {
        mail?.Dispose();
        return default;
    }

    [Fact]
    public async Task Restart_under_500_transactions_a_second_costs_what_the_stop_rules_name_and_nothing_else()
    {
        OfferedLoad load = new(mail, PerSecond);
        SubmittedMail submitted = new(mail.Postfix.EndpointOf("submission"), People);
        using CancellationTokenSource ending = new();
        Task running = Task.WhenAll(load.RunAsync(ending.Token), submitted.RunAsync(ending.Token));
        await FlowAsync(load);
        await mail.RestartAsync();
        await FlowAsync(load);
        await ending.CancelAsync();
        await running;
        await mail.Postfix.FlushAsync();
        await mail.Postfix.WaitUntilQueueIsEmptyAsync();

        List<Told> told = [.. load.Told, .. submitted.Told];
        Tell(load, told);
        StopRules rules = new(mail.Restarts);
        Assert.Equal([], told.Where(one => !rules.Allow(one)).Take(20));
        string[] accepted = [.. load.Accepted, .. submitted.Accepted];
        Assert.Equal([], accepted.Where(subject => mail.Store.Copies.GetValueOrDefault(subject) != 1).Take(20));
        Assert.NotEmpty(submitted.Accepted);
        Assert.DoesNotContain("session_fault", mail.Daemon.Log.ReadFrom(), StringComparison.Ordinal);
    }

    /// <summary>A second of load, and mail comes through.</summary>
    private async Task FlowAsync(OfferedLoad load)
    {
        (int begun, int arrived) = (load.Begun, mail.Store.Copies.Count);
        await Wait.UntilAsync(() => load.Begun >= begun + PerSecond && mail.Store.Copies.Count >= arrived + PerSecond / 2, "mail flows", FlowLimit, () => mail.Daemon.Log.Tail());
    }

    private void Tell(OfferedLoad load, IReadOnlyCollection<Told> told)
    {
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{load.Begun} transactions, {load.Rate:0} a second; a restart of {mail.Restarts[0].Took.TotalSeconds:0.00} s");
        foreach (IGrouping<string, Told> protocol in told.GroupBy(one => one.Protocol).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            string failures = string.Join("; ", protocol.Where(one => !StopRules.IsSuccess(one)).CountBy(one => one.Answer).Select(count => $"{count.Value} × {count.Key}"));
            output.WriteLine($"{protocol.Key}: {protocol.Count()} answers{(failures is "" ? "" : $", of them {failures}")}");
        }
    }
}
