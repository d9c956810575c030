using PolicyDaemon.Backends;
using Xunit;

namespace PolicyDaemon.Tests.Backends;

public sealed class BackoffTests
{
    private static readonly Backoff Delays = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(100, 10)]
    [InlineData(int.MaxValue, 10)]
    public void Delay_doubles_up_to_the_longest(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Delays.Delay(failures, 0.5));

    [Fact]
    public void Chance_changes_the_delay_by_a_quarter_at_most()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.75), Delays.Delay(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(1.25), Delays.Delay(1, 1));
    }
}
