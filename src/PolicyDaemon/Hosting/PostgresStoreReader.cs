using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Hosting;

/// <summary>The store that all nodes share as a command's own process sees it: nothing in the state directory is written, for that is the daemon's.</summary>
internal sealed class PostgresStoreReader : IStore
{
    private readonly PostgresSource servers;
    private readonly AskedCounters counters;

    public PostgresStoreReader(PostgresStoreOptions options, StateDirectory state, TimeProvider time)
    {
        servers = new PostgresSource(options.Server, time);
        counters = new AskedCounters(servers.Primary);
        Blocks = new AskedBlocks(servers, state.BlocksFile, time);
    }

    public IBlocks Blocks { get; }

    public ICounters Counters => counters;

    public IGuardStore Guard => new PostgresGuardStore(servers);

    public IDeliveryStore Deliveries => new PostgresDeliveryStore(servers);

    /// <remarks>There is no journal.</remarks>
    public void KeepFor(TimeSpan longestWindow)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await counters.DisposeAsync();
        await servers.DisposeAsync();
    }
}
