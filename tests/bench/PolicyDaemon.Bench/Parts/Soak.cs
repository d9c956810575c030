using PolicyDaemon.Bench.Conversations;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Parts;

/// <summary>Whether the daemon stays as it is: policy requests as fast as they are answered, over 100 connections, for a long time.</summary>
internal static class Soak
{
    private const int Population = 10_000;

    /// <summary>Memory of the last third over that of the middle one: more is a leak.</summary>
    private const double MostGrowth = 1.1;

    private const double Slack = 10e6;
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(5);

    /// <returns>Exit code: 1 when memory grew.</returns>
    public static async Task<int> RunAsync(string program, TimeSpan length)
    {
        await using var root = await MailStackRoot.CreateAsync();
        var daemon = await DaemonUnderTest.StartAsync(root, program, "soak", await new Directories(root, People.Plain(Population)).SqliteAsync("soak"));
        using Load load = new(daemon.On("policy", "daemon").Endpoints["unix"], Bench.Many, _ => new PolicyConversation(Population));
        List<double> memory = [];
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < length;)
        {
            var round = load.Run(Sample);
            memory.Add(MemoryUse.Of(daemon.Process.Id).Resident);
            Console.WriteLine(FormattableString.Invariant(
                $"{TimeProvider.System.GetElapsedTime(begun).TotalMinutes,6:F1} min {round.PerSecond,9:N0}/s p99 {round.P99,8:N0} us {memory[^1] / 1e6,6:F1} MB {ServerUse.Of(daemon.Process.Id).Descriptors,5} descriptors"));
        }

        var third = memory.Count / 3;
        var (middle, last) = (Figure.Of(memory.Skip(third).Take(third)).Median, Figure.Of(memory.TakeLast(third)).Median);
        Console.WriteLine(FormattableString.Invariant($"memory, middle third {middle / 1e6:F1} MB, last third {last / 1e6:F1} MB"));
        return last <= (middle * MostGrowth) + Slack ? 0 : 1;
    }
}
