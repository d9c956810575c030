using PolicyDaemon.Cli.Pages;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli.Pages;

public sealed class TimesTests
{
    [Theory]
    [InlineData(-5, "0 ms")]
    [InlineData(120, "120 ms")]
    [InlineData(12_900, "12 s")]
    [InlineData(300_000, "5 min")]
    [InlineData(7_500_000, "2 h 5 min")]
    [InlineData(7_200_000, "2 h")]
    [InlineData(604_800_000, "7 d")]
    [InlineData(273_600_000, "3 d 4 h")]
    public void Length_is_told_in_its_two_largest_units(long milliseconds, string told) =>
        Assert.Equal(told, Times.Length(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Fact_that_was_just_asked_for_is_current()
    {
        Assert.Equal("current", Times.Age(0));
        Assert.Equal("3 s old", Times.Age(3_200));
    }
}
