using PolicyDaemon.Admin;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;
using Health = PolicyDaemon.Admin.SourceState;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class StoreWatchTests : IAsyncDisposable
{
    private static readonly StoreFacts Well = new(
        new PostgresState("primary", IsAway: false, null),
        new PostgresListenerState(IsListening: true, null),
        new PostgresBlocksStatus(IsLive: true, Pending: 0, null),
        new ClusterCountersStatus(3, NodesSeen: 3, IsAway: false, null, HasShare: true, JournalBytes: 100, IsJournalFull: false, 0, 0, TimeSpan.Zero, 0));

    private static readonly StoreFacts Away = Well with
    {
        Servers = new PostgresState("primary", IsAway: true, "connection refused"),
        Listening = new PostgresListenerState(IsListening: false, "connection refused"),
        Blocks = new PostgresBlocksStatus(IsLive: false, Pending: 0, "connection refused"),
        Counting = Well.Counting with { IsAway = true, Cause = "connection refused" },
    };

    private readonly ManualClock clock = new();
    private readonly LogLines lines = new();
    private readonly DaemonMetrics metrics = new();
    private readonly SourceHealth health;
    private readonly StoreWatch watch;
    private StoreFacts facts = Well;

    public StoreWatchTests()
    {
        health = new SourceHealth(lines.Log, clock);
        watch = new StoreWatch(lines.Log, health, metrics, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        metrics.Dispose();
        lines.Dispose();
    }

    [Fact]
    public void Outage_is_said_once_with_what_it_means_and_so_is_its_end()
    {
        watch.Start(() => facts);
        See(Away);
        See(Away);
        Assert.Equal((Health.Down, "connection refused"), State);
        clock.Advance(TimeSpan.FromSeconds(7));
        See(Well);

        Assert.Equal(["store_heard", "store_away", "store_back", "store_heard"], Events);
        Assert.Contains("effect=\"blocks as last known; limits by this node's share, 1/3 of what was left\"", lines.Written[1], StringComparison.Ordinal);
        Assert.Contains("advice=\"see that a primary", lines.Written[1], StringComparison.Ordinal);
        Assert.Contains("away_ms=7000", lines.Written[2], StringComparison.Ordinal);
        Assert.Equal(Health.Up, State.State);
    }

    [Fact]
    public void Start_without_a_store_says_what_is_missing_and_that_nobody_counts()
    {
        facts = Away with { Counting = Away.Counting with { HasShare = false } };
        watch.Start(() => facts);

        Assert.Equal(["store_away"], Events);
        Assert.Contains("limits cannot be counted: checks take their whenUnavailable", lines.Written[0], StringComparison.Ordinal);
        Assert.Equal(CountedBy.Nobody, watch.Report!.CountedBy);
    }

    [Fact]
    public void Counters_that_nobody_has_asked_since_count_by_the_share_as_well()
    {
        facts = Away with { Counting = Well.Counting };
        watch.Start(() => facts);

        Assert.Equal(CountedBy.Share, watch.Report!.CountedBy);
    }

    [Fact]
    public void Schema_that_is_missing_is_an_outage_although_the_servers_answer()
    {
        const string cause = "relation \"policydaemon.blocks\" does not exist (42P01): has 'policydaemon migrate' been run?";
        facts = Well with { Blocks = new PostgresBlocksStatus(IsLive: false, Pending: 0, cause) };
        watch.Start(() => facts);

        Assert.Equal(["store_away", "store_heard"], Events);
        Assert.Contains("has 'policydaemon migrate' been run?", lines.Written[0], StringComparison.Ordinal);
        Assert.Equal((Health.Down, cause), State);
    }

    [Fact]
    public void Connection_that_listens_may_be_lost_for_a_moment_and_is_said_when_it_lasts()
    {
        watch.Start(() => facts);
        StoreFacts deaf = Well with { Listening = new PostgresListenerState(IsListening: false, "no answer"), Blocks = Well.Blocks with { IsLive = false } };
        See(deaf);
        clock.Advance(TimeSpan.FromSeconds(2));
        See(Well);
        Assert.Equal(["store_heard"], Events);

        See(deaf);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["store_heard", "store_unheard"], Events);
        Assert.Equal(Health.Up, State.State);
        See(Well);
        Assert.Equal(["store_heard", "store_unheard", "store_heard"], Events);
    }

    [Fact]
    public void Orders_that_wait_are_said_when_there_are_more_and_when_there_are_none()
    {
        facts = Away;
        watch.Start(() => facts);
        foreach (int pending in (int[])[1, 1, 3, 2]) See(Away with { Blocks = Away.Blocks with { Pending = pending } });
        Assert.Equal(2, watch.Report!.PendingOrders);
        See(Well);

        Assert.Equal(["store_away", "blocks_pending", "blocks_pending", "store_back", "store_heard", "blocks_merged"], Events);
        Assert.Contains("orders=3", lines.Written[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Full_journal_is_an_alarm_of_its_own()
    {
        facts = Away;
        watch.Start(() => facts);
        See(Away with { Counting = Away.Counting with { IsJournalFull = true, JournalBytes = 268_000_000 } });
        See(facts);

        Assert.Equal(["store_away", "journal_full"], Events);
    }

    [Fact]
    public void More_nodes_than_are_configured_are_an_alarm_once_for_each_more()
    {
        watch.Start(() => facts);
        foreach (int seen in (int[])[3, 4, 4, 5, 3]) See(Well with { Counting = Well.Counting with { NodesSeen = seen } });

        Assert.Equal(["store_heard", "nodes_exceeded", "nodes_exceeded"], Events);
        Assert.Contains("seen=4 configured=3", lines.Written[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Store_stays_among_the_sources_when_the_rules_change()
    {
        watch.Start(() => facts);
        health.Use(["ldap"], opened: ["ldap"]);

        Assert.Equal(["ldap", "store"], health.Reports.Select(report => report.Name));
    }

    private (Health State, string? Error) State =>
        health.Reports.Where(report => report.Name == StoreWatch.Name).Select(report => (report.State, report.LastError)).Single();

    private IEnumerable<string> Events => lines.Snapshot().Select(line => line.Split(' ')[2]);

    private void See(StoreFacts seen)
    {
        facts = seen;
        watch.Look();
    }
}
