using System.Globalization;
using PolicyDaemon.Backends.PostgreSql.Counters;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>The log lines of the store that nodes share. Each alarm says what it means for mail (<c>effect</c>) and what to do (<c>advice</c>).</summary>
internal sealed class StoreLog(DaemonLog log)
{
    /// <summary>No server answers, or it has not what we need. Once for each outage.</summary>
    public void Away(StoreFacts facts) => log.Write(
        LogEventLevel.Error,
        LogEvents.StoreAway,
        null,
        ("effect", $"blocks as last known; {LimitsMeanwhile(facts.Counting)}"),
        ("advice", "see that a primary of directory.postgres.connectionString runs, that this machine reaches it, and that policydaemon migrate has been run"),
        ("cause", facts.AwayCause));

    public void Back(TimeSpan away) => log.Write(LogEventLevel.Information, LogEvents.StoreBack, null, ("away_ms", (long)away.TotalMilliseconds));

    /// <summary>Changes are heard of: from now on a block of another node is in force when it is given.</summary>
    public void Heard() => log.Write(LogEventLevel.Information, LogEvents.StoreHeard);

    /// <summary>The servers answer, but changes are not heard of.</summary>
    public void Unheard(string? cause) => log.Write(
        LogEventLevel.Warning,
        LogEvents.StoreUnheard,
        null,
        ("effect", "blocks of other nodes are asked for every second"),
        ("advice", "see directory.postgres.listenConnectionString, or connectionString where that is not set"),
        ("cause", cause ?? "no answer"));

    /// <param name="orders">Blocks given or taken back.</param>
    public void Pending(int orders, string? cause) => log.Write(
        LogEventLevel.Warning,
        LogEvents.BlocksPending,
        null,
        ("orders", orders),
        ("effect", "these blocks act on this node only; the other nodes hear of them when the store is back"),
        ("cause", cause ?? "no answer"));

    /// <summary>The store has all orders of this node.</summary>
    public void Merged() => log.Write(LogEventLevel.Information, LogEvents.BlocksMerged);

    /// <param name="effect">What is lost when the daemon ends now.</param>
    /// <param name="cause">Names the file.</param>
    public void StateFault(string effect, string cause) => log.Write(
        LogEventLevel.Error, LogEvents.StateFault, null, ("effect", effect), ("advice", "see to the space and the permissions of stateDirectory"), ("cause", cause));

    /// <summary>A mistake of ours; what follows goes on.</summary>
    public void Fault(string effect, string cause) => log.Write(LogEventLevel.Error, LogEvents.StoreFault, null, ("effect", effect), ("cause", cause));

    public void JournalFull(long octets) => log.Write(
        LogEventLevel.Error,
        LogEvents.JournalFull,
        null,
        ("octets", octets),
        ("effect", "limits cannot be counted any more: checks take their whenUnavailable"),
        ("advice", "bring the store back: it is given what the journal holds"));

    /// <summary>More nodes than <c>cluster.nodes</c> says use the store.</summary>
    public void NodesExceeded(int seen, int nodes) => log.Write(
        LogEventLevel.Error,
        LogEvents.NodesExceeded,
        null,
        ("seen", seen),
        ("configured", nodes),
        ("effect", "while the store is away, more than the limits would pass"),
        ("advice", "set cluster.nodes to the number of nodes on all of them and restart them, or give each node a name that stays"));

    public void OtherJournal(string directory) => log.Write(
        LogEventLevel.Warning,
        LogEvents.JournalLeft,
        null,
        ("directory", directory),
        ("effect", "what this machine charged under that node name and the store does not have is not counted"),
        ("advice", "start once with that name as node, or remove the directory"));

    private static string LimitsMeanwhile(ClusterCountersStatus counting) => counting.HasShare
        ? string.Create(CultureInfo.InvariantCulture, $"limits by this node's share, 1/{counting.Nodes} of what was left")
        : "limits cannot be counted: checks take their whenUnavailable";
}
