using System.Globalization;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Bench.Counters;

/// <summary>The counters of the daemon, journal included; of several nodes when there are some, which take turns.</summary>
internal sealed class ClusterCounting : ICounting
{
    private readonly List<PostgresSource> sources = [];
    private readonly List<ClusterCounters> nodes = [];
    private long messages;

    private ClusterCounting(string name) => Name = name;

    public string Name { get; }

    /// <param name="directory">For the journals.</param>
    public static async Task<ClusterCounting> StartAsync(PostgresOptions options, int nodes, string directory)
    {
        ClusterCounting made = new(nodes == 1 ? "charges" : $"charges, {nodes} nodes");
        for (var i = 0; i < nodes; i++)
        {
            PostgresSource source = new(options, TimeProvider.System);
            JournalOptions journal = new() { Directory = Path.Combine(directory, $"journal-{nodes}-{i}") };
            ClusterCounters counters = new(source.Primary, $"mx{i} of {nodes}", nodes, journal, TimeProvider.System, Console.Error.WriteLine, Console.Error.WriteLine);
            await counters.StartAsync(CancellationToken.None);
            made.sources.Add(source);
            made.nodes.Add(counters);
        }

        return made;
    }

    public async Task<bool> CountAsync(CountingKeys keys, int login)
    {
        var message = Interlocked.Increment(ref messages);
        var node = nodes[(int)(message % nodes.Count)];
        var id = string.Create(CultureInfo.InvariantCulture, $"{message:x}.{Environment.ProcessId:x}.65a0f3c1.0");
        var answer = await node.ChargeAsync(id, keys.ChargesOf(login), CancellationToken.None);
        return answer.Outcome == CountOutcome.Fits && !node.State.IsAway;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        foreach (var source in sources) await source.DisposeAsync();
    }
}
