using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Hosting;

/// <summary>
/// The store that all nodes share, with what this node keeps for the time when it is away: the last known blocks, and what it has charged. Its
/// connections are its own, and outlive a reload.
/// </summary>
internal sealed class PostgresStore : IStore
{
    private readonly PostgresSource servers;
    private readonly PostgresListener listener;
    private readonly PostgresBlocks blocks;
    private readonly ClusterCounters counters;
    private readonly StoreWatch watch;

    private PostgresStore(PostgresSource servers, PostgresListener listener, PostgresBlocks blocks, ClusterCounters counters, StoreWatch watch) =>
        (this.servers, this.listener, this.blocks, this.counters, this.watch) = (servers, listener, blocks, counters, watch);

    public IBlocks Blocks => blocks;

    public ICounters Counters => counters;

    public IGuardStore Guard => new PostgresGuardStore(servers);

    public IDeliveryStore Deliveries => new PostgresDeliveryStore(servers);

    /// <summary>Returns when the blocks are known, from PostgreSQL or, while that is away, from the file.</summary>
    /// <param name="node">This node's name: what it has charged counts under it.</param>
    /// <exception cref="IOException">The state directory cannot be used, or another process uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission for it.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresStoreOptions options, StateDirectory state, string node, StoreWatch watch, TimeProvider time)
    {
        state.Make();
        var source = new PostgresSource(options.Server, time, _ => watch.Look());
        var hearing = new PostgresListener(source, time, _ => watch.Look(), node);
        var counting = OpenCounters(source, options.Nodes, state, node, watch, time);
        var known = await PostgresBlocks.OpenAsync(source, hearing, state.BlocksFile, time, watch.FailedAtBlocks);
        await counting.StartAsync(CancellationToken.None);
        watch.Start(() => new StoreFacts(source.Primary.State, hearing.State, known.Status, counting.Status));
        WarnOfOtherJournals(state, node, watch);

        // When it begins, those who keep something in memory must be there to be told.
        hearing.Start();
        return new PostgresStore(source, hearing, known, counting, watch);
    }

    public void KeepFor(TimeSpan longestWindow) => counters.KeepFor(longestWindow);

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        await listener.DisposeAsync();
        await blocks.DisposeAsync();
        await counters.DisposeAsync();
        await servers.DisposeAsync();
    }

    private static ClusterCounters OpenCounters(PostgresSource source, int nodes, StateDirectory state, string node, StoreWatch watch, TimeProvider time)
    {
        var journal = new JournalOptions { Directory = Path.Combine(state.Journals, node) };
        try
        {
            return new ClusterCounters(source.Primary, node, nodes, journal, time, watch.FailedAtJournal, watch.FailedAtCounting);
        }
        catch (IOException failure)
        {
            throw new IOException($"{failure.Message} Each daemon needs a stateDirectory of its own.", failure);
        }
    }

    /// <summary>What was charged under another name counts under that name: handing it over under this one would count it twice.</summary>
    private static void WarnOfOtherJournals(StateDirectory state, string node, StoreWatch watch)
    {
        foreach (var other in Directory.EnumerateDirectories(state.Journals).Where(path => Path.GetFileName(path) != node)) watch.FoundJournal(other);
    }
}
