using System.Diagnostics;
using System.Globalization;
using PolicyDaemon.Bench.Counters;

namespace PolicyDaemon.Bench.Auth;

/// <summary>
/// Measures several servers round by round in turn, so that whatever else the machine does meets all of them; the first is the one that the others are
/// compared with, each of its rounds with theirs.
/// </summary>
internal sealed class AuthComparison(int rounds, TimeSpan length, TimeSpan patience)
{
    private readonly QuietMoment quiet = new(patience);

    public static void PrintHeader() => Console.WriteLine(
        $"{"",-34} {"connections",11} {"logins/s",26} {"ratio",19} {"p50 us",8} {"p99 us",8} {"CPU us",7} {"others",6}");

    /// <param name="isOnce">Nobody logs in twice at one server.</param>
    public async Task CompareAsync(string title, IReadOnlyList<AuthSubject> subjects, AuthPeople people, int connections, bool isOnce = false)
    {
        var measured = subjects.Select(_ => new List<Measured>()).ToArray();
        var loads = subjects.Select(subject => new AuthLoad(subject, people, connections, isOnce)).ToArray();
        try
        {
            foreach (var load in loads) load.Run(isOnce ? length : 2 * length); // compiles, connects, and fills what is remembered
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < subjects.Count; i++)
                {
                    await quiet.WaitAsync(() => TotalCpu(subjects));
                    measured[i].Add(Measure(subjects[i], loads[i]));
                }
            }
        }
        finally
        {
            foreach (var load in loads) load.Dispose();
        }

        for (var i = 0; i < subjects.Count; i++) Console.WriteLine(Describe($"{title}: {subjects[i].Name}", connections, measured[i], measured[0]));
    }

    private Measured Measure(AuthSubject subject, AuthLoad load)
    {
        var (own, server, machine, begun) = (Environment.CpuUsage.TotalTime, subject.Cpu(), ProcessFamily.CpuOfMachine(), Stopwatch.GetTimestamp());
        var round = load.Run(length);
        var elapsed = Stopwatch.GetElapsedTime(begun);
        (own, server, machine) = (Environment.CpuUsage.TotalTime - own, subject.Cpu() - server, ProcessFamily.CpuOfMachine() - machine);
        return new(round with { CpuPerRequest = server.TotalMicroseconds / (round.PerSecond * elapsed.TotalSeconds) }, Math.Max(0, (machine - own - server) / elapsed));
    }

    private static TimeSpan TotalCpu(IEnumerable<AuthSubject> subjects) => subjects.Aggregate(TimeSpan.Zero, (sum, subject) => sum + subject.Cpu());

    private static string Describe(string name, int connections, List<Measured> own, List<Measured> first)
    {
        var median = Round.Median([.. own.Select(one => one.Round)]);
        var ratios = own.Zip(first, (one, other) => one.Round.PerSecond / other.Round.PerSecond).Order().ToArray();
        var logins = Text($"{median.PerSecond:N0} ({own.Min(one => one.Round.PerSecond):N0} to {own.Max(one => one.Round.PerSecond):N0})");
        var ratio = Text($"{ratios[ratios.Length / 2]:F2} ({ratios[0]:F2} to {ratios[^1]:F2})");
        var others = own.Select(one => one.Others).Order().ElementAt(own.Count / 2);
        return Text($"{name,-34} {connections,11} {logins,26} {ratio,19} {median.P50,8:F0} {median.P99,8:F0} {median.CpuPerRequest,7:F1} {others,6:F1}");

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="Others">Cores that others used meanwhile; the directories that the server asks are among them.</param>
    private sealed record Measured(Round Round, double Others);
}
