using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Counters;
using PolicyDaemon.Engine.Deliveries;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Hosting;

/// <summary>Where blocks are kept and limits are counted: opened at the start, and the same after a reload.</summary>
internal interface IStore : IAsyncDisposable
{
    IBlocks Blocks { get; }

    ICounters Counters { get; }

    /// <summary>Where what the guard against guessing has seen is kept.</summary>
    IGuardStore Guard { get; }

    /// <summary>Where the ledger of deliveries is kept in the end.</summary>
    IDeliveryStore Deliveries { get; }

    /// <summary>The longest window of the limits in force: what is older counts nowhere.</summary>
    void KeepFor(TimeSpan longestWindow);
}
