using System.Diagnostics;
using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>From the start of the process to its first answer to a policy request; give the published build (<c>make publish</c>).</summary>
internal static class StartPart
{
    private const int Few = 100;
    private const int Population = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    public static async Task RunAsync(Bench bench, MailStackRoot root, Comparison comparison)
    {
        Directories few = new(root, People.Plain(Few));
        Directories many = new(root, People.Plain(Population));
        var slapd = await many.StartSlapdAsync();
        DaemonUnderTest[] daemons =
        [
            await DaemonUnderTest.StartAsync(root, bench.Program, "few", await few.SqliteAsync("few")),
            await DaemonUnderTest.StartAsync(root, bench.Program, "many", many.Ldap(slapd)),
        ];
        await daemons[1].Process.WaitUntilFollowsAsync(slapd);
        Subject[] subjects = [daemons[0].On("policy", "SQLite"), daemons[1].On("policy", "LDAP, 10,000 accounts")];
        foreach (var daemon in daemons) await daemon.Process.StopAsync();
        await comparison.MeasureAsync(
            new("start to first answer", "unix", 1) { Unit = "starts" },
            [.. subjects.Select(subject => subject with { ProcessId = 0, Metrics = null })],
            index => Start(daemons[index], subjects[index]));
    }

    private static Round Start(DaemonUnderTest daemon, Subject subject)
    {
        var begun = Stopwatch.GetTimestamp();
        daemon.Process.Launch();
        WaitForAnswer(subject);
        var microseconds = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        var cpu = ProcessFamily.CpuOf(daemon.Process.Id).TotalMicroseconds;
        daemon.Process.StopAsync().GetAwaiter().GetResult();
        return new Round(1e6 / microseconds, microseconds, microseconds, microseconds) { CpuPerRequest = cpu };
    }

    private static void WaitForAnswer(Subject subject)
    {
        for (var begun = Stopwatch.GetTimestamp(); ; Thread.Sleep(Step))
        {
            try
            {
                using Load load = new(subject.Endpoints["unix"], 1, _ => new PolicyConversation(Few));
                load.Run(TimeSpan.Zero);
                return;
            }
            catch (System.Net.Sockets.SocketException) when (Stopwatch.GetElapsedTime(begun) < Patience)
            {
                // Not yet.
            }
        }
    }
}
