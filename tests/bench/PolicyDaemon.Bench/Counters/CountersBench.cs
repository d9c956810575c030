using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;

namespace PolicyDaemon.Bench.Counters;

/// <summary>
/// How many messages a second are counted, how long each waits and what it costs, beside a bare upsert for each message. In each round all
/// take turns, so that what else the machine does hits all of them.
/// </summary>
/// <remarks>Every message is charged to two limits at least, all their sixty slices in use. Callers, counters and PostgreSQL share the machine.</remarks>
/// <param name="isQuick">Only the most telling loads.</param>
/// <param name="results">For the report.</param>
internal sealed class CountersBench(int rounds, TimeSpan length, TimeSpan patience, bool isQuick, Results results)
{
    /// <summary>Until the code is compiled and the connections are there.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private static readonly CountingKeys Spread = new("10,000 logins", 10_000);

    private static readonly (CountingKeys Keys, CountingLoad[] Loads)[] Scenarios =
    [
        (Spread, [new(1, null), new(64, null), new(300, null), new(null, 3_000), new(null, 10_000)]),
        (new("10,000 logins and everyone", 10_000, HasEveryone: true), [new(300, null)]),
        (new("one login", 1), [new(64, null), new(300, null), new(null, 10_000)]),
    ];

    private readonly QuietMoment quiet = new(patience);

    public async Task RunAsync(IEnumerable<bool> fsync)
    {
        await using var root = await MailStackRoot.CreateAsync();
        foreach (var hasFsync in fsync) await RunAsync(root, hasFsync);
    }

    private async Task RunAsync(MailStackRoot root, bool hasFsync)
    {
        await using var server = await CountingServer.StartAsync(root, hasFsync);
        await server.FillAsync(Spread.All());
        var directory = Path.Combine(root.Directory, $"journals-{hasFsync}");
        await using BareUpsert bare = new(server.Daemon.ConnectionString);
        await using var one = await ClusterCounting.StartAsync(server.Daemon, 1, directory);
        await using var three = await ClusterCounting.StartAsync(server.Daemon, 3, directory);

        ICounting[] subjects = [bare, one, three];
        foreach (var subject in subjects) await CountingRound.RunAsync(server, subject, Spread, new(64, null), WarmUp, seed: -1);

        Console.WriteLine($"PostgreSQL {await server.VersionAsync()}, commits synchronous, fsync {(hasFsync ? "on" : "off")}, {Environment.ProcessorCount} cores, load {ProcessFamily.LoadAverage()}, {rounds} rounds of {length.TotalSeconds} s");
        Console.WriteLine("middle (least to greatest); CPU us/message: counters with callers + PostgreSQL; others: cores that they used");
        Console.WriteLine($"{"",-62} {"messages/s",26} {"p50 ms",20} {"p99 ms",22} {"CPU",11} {"others",16} {"failed",6}");
        foreach (var (keys, loads) in Scenarios)
        {
            foreach (var load in isQuick ? loads.TakeLast(1) : loads) await CompareAsync(server, subjects, keys, load, hasFsync);
        }

        if (!hasFsync && !isQuick) await IdleNodes.RunAsync(server, directory);
    }

    private async Task CompareAsync(CountingServer server, ICounting[] subjects, CountingKeys keys, CountingLoad load, bool hasFsync)
    {
        var measured = subjects.ToDictionary(subject => subject, _ => new List<CountingRound>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var subject in subjects)
            {
                await quiet.WaitAsync(() => server.Cpu);
                measured[subject].Add(await CountingRound.RunAsync(server, subject, keys, load, length, round));
            }
        }

        foreach (var subject in subjects) Console.WriteLine($"{$"{keys.Name}, {load}: {subject.Name}",-62} {CountingRound.Describe(measured[subject])}");
        foreach (var subject in subjects)
            results.Keep(CountingRound.Measured($"{keys.Name}, fsync {(hasFsync ? "on" : "off")}", subject.Name, load, measured[subject], measured[subjects[0]]));
    }
}
