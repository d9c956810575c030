using PolicyDaemon.Backends.Ldap.Sync;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap.Sync;

/// <summary>How long the pauses between attempts are.</summary>
public sealed class SyncBackoffTests
{
    private readonly ManualClock clock = new();

    [Fact]
    public void Provider_that_is_away_is_looked_for_four_times_a_second_for_five_minutes()
    {
        var backoff = new SyncBackoff(clock, () => 0.5);
        for (var i = 0; i < 1200; i++) Assert.Equal(TimeSpan.FromMilliseconds(250), Wait(backoff, SyncEndingKind.Lost));
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(0, 8).Select(_ => Wait(backoff, SyncEndingKind.Lost).TotalSeconds));
        backoff.Reset();
        Assert.Equal(TimeSpan.FromMilliseconds(250), Wait(backoff, SyncEndingKind.Lost));
    }

    [Theory]
    [InlineData(SyncEndingKind.Failed, 1, 2, 4)]
    [InlineData(SyncEndingKind.Behind, 1, 2, 4)]
    [InlineData(SyncEndingKind.Misconfigured, 5, 10, 20)]
    [InlineData(SyncEndingKind.Unsupported, 5, 10, 20)]
    internal void Provider_that_refuses_is_left_alone_longer_each_time_up_to_a_minute(SyncEndingKind kind, int first, int second, int third)
    {
        var backoff = new SyncBackoff(clock, () => 0.5);
        Assert.Equal([first, second, third], Enumerable.Range(0, 3).Select(_ => Wait(backoff, kind).TotalSeconds));
        for (var i = 0; i < 10; i++) Wait(backoff, kind);
        Assert.Equal(60, Wait(backoff, kind).TotalSeconds);
    }

    [Theory]
    [InlineData(0, 45)]
    [InlineData(1, 75)]
    public void Pauses_differ_between_nodes(double chance, int longest)
    {
        var backoff = new SyncBackoff(clock, () => chance);
        for (var i = 0; i < 10; i++) Wait(backoff, SyncEndingKind.Failed);
        Assert.Equal(longest, Wait(backoff, SyncEndingKind.Failed).TotalSeconds);
    }

    private TimeSpan Wait(SyncBackoff backoff, SyncEndingKind kind)
    {
        var pause = backoff.Next(kind);
        clock.Advance(pause);
        return pause;
    }
}
