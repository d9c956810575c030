using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;
using Xunit;

namespace PolicyDaemon.Tests.Backends.PostgreSql.Counters;

public sealed class NodeShareTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private long now = TimeSpan.FromDays(1).Ticks;

    [Fact]
    public void Without_a_reading_there_is_no_share()
    {
        var share = new NodeShare(3);
        Assert.False(share.HasReading);
        Assert.Equal(0, Spend(share, "a", limit: 100));
    }

    [Theory]
    [InlineData(120, true, 26)]
    [InlineData(200, true, 0)]
    [InlineData(300, true, 0)]
    [InlineData(null, true, 33)]
    [InlineData(null, false, 0)]
    public void Share_is_what_was_left_or_half_of_the_limit_divided_by_the_nodes(int? known, bool isWhole, int expected)
    {
        var share = Read(new NodeShare(3), known, isWhole);
        Assert.Equal(expected, Spend(share, "a", limit: 200));
    }

    [Fact]
    public void What_was_charged_since_the_reading_was_begun_is_spent_from_the_share_and_what_was_before_is_not()
    {
        var share = new NodeShare(3);
        share.Add(Of("a", 9), now);
        share.BeginReading(now);
        share.Add(Of("a", 5), now);
        share.EndReading(new ShareReading(DateTimeOffset.UnixEpoch, IsWhole: true, new Dictionary<string, long>(StringComparer.Ordinal)));
        share.Add(Of("a", 3), now);

        Assert.Equal(33 - 8, Spend(share, "a", limit: 200));
    }

    [Fact]
    public void Reading_that_failed_leaves_the_one_before_and_all_since()
    {
        var share = Read(new NodeShare(3), known: 150);
        share.Add(Of("a", 4), now);
        share.BeginReading(now);
        share.Add(Of("a", 5), now);
        share.EndReading(null);

        Assert.Equal(16 - 9, Spend(share, "a", limit: 200));
    }

    [Fact]
    public void After_a_window_nothing_of_the_reading_counts_and_the_share_is_the_limit_divided_by_the_nodes()
    {
        var share = Read(new NodeShare(4), known: 200);
        Assert.Equal(0, Spend(share, "a", limit: 200));
        now += (Hour + TimeSpan.FromMinutes(2)).Ticks;
        Assert.Equal(50, Spend(share, "a", limit: 200));
        now += (Hour + TimeSpan.FromMinutes(2)).Ticks;
        Assert.Equal(50, Spend(share, "a", limit: 200));
    }

    [Fact]
    public void In_any_interval_as_long_as_the_window_all_nodes_together_pass_no_more_than_the_limit()
    {
        var random = new Random(5);
        var nodes = Enumerable.Range(0, 3).Select(_ => Read(new NodeShare(3), known: 140)).ToList();
        var passed = new List<long>();
        var begun = now;
        while (now < begun + (4 * Hour.Ticks))
        {
            now += random.NextInt64(Hour.Ticks / 500);
            var node = nodes[random.Next(3)];
            if (node.FindExceeded(Of("a", 1), now) is not null) continue;
            node.Add(Of("a", 1), now);
            passed.Add(now);
        }

        Assert.InRange(passed.Count, 200, 800);
        Assert.All(passed, end => Assert.InRange(
            passed.Count(at => at > end - Hour.Ticks && at <= end) + (end - Hour.Ticks < begun ? 140 : 0), 1, 200));
    }

    [Fact]
    public void Refund_gives_back_to_the_share()
    {
        var share = Read(new NodeShare(3), known: 197);
        var slice = share.Add(Of("a", 1), now);
        Assert.NotNull(share.FindExceeded(Of("a", 1), now));
        share.Remove("a", slice, 1);
        Assert.Null(share.FindExceeded(Of("a", 1), now));
    }

    private NodeShare Read(NodeShare share, int? known, bool isWhole = true)
    {
        share.BeginReading(now);
        var keys = new Dictionary<string, long>(StringComparer.Ordinal);
        if (known is { } used) keys["a"] = used;
        share.EndReading(new ShareReading(DateTimeOffset.UnixEpoch, isWhole, keys));
        return share;
    }

    private long Spend(NodeShare share, string key, long limit)
    {
        var spent = 0;
        for (; share.FindExceeded(Of(key, 1, limit), now) is null; spent++) share.Add(Of(key, 1, limit), now);
        return spent;
    }

    private static Charge Of(string key, long units, long limit = 200) => new(key, units, limit, Hour);
}
