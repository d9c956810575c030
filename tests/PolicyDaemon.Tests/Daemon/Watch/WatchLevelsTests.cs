using PolicyDaemon.Watch;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Watch;

public sealed class WatchLevelsTests
{
    /// <summary>Level before, percent free, level after; warning at 20 %, critical at 10 %.</summary>
    public static TheoryData<string, double, string> Free => new()
    {
        { "Normal", 20.1, "Normal" },
        { "Normal", 20, "Warning" },
        { "Normal", 10, "Critical" },
        { "Normal", 0, "Critical" },
        { "Warning", 21.9, "Warning" },
        { "Warning", 22, "Normal" },
        { "Critical", 10.9, "Critical" },
        { "Critical", 11, "Warning" },
        { "Critical", 21.9, "Warning" },
        { "Critical", 22, "Normal" },
    };

    [Theory]
    [MemberData(nameof(Free))]
    public void Level_rises_at_its_threshold_and_falls_with_a_tenth_to_spare(string before, double free, string after) =>
        Assert.Equal(after, WatchLevels.Next(Enum.Parse<WatchLevel>(before), WatchLevels.OfFree(free, 20), WatchLevels.OfFree(free, 10)).ToString());

    [Theory]
    [InlineData("Normal", 199, "Normal")]
    [InlineData("Normal", 200, "Warning")]
    [InlineData("Warning", 182, "Warning")]
    [InlineData("Warning", 181, "Normal")]
    public void What_must_not_become_too_much_rises_and_falls_alike(string before, double used, string after) =>
        Assert.Equal(after, WatchLevels.Next(Enum.Parse<WatchLevel>(before), WatchLevels.OfUsed(used, 200), 0).ToString());

    [Fact]
    public void Threshold_of_nothing_is_never_reached() =>
        Assert.Equal(WatchLevel.Normal, WatchLevels.Next(WatchLevel.Normal, WatchLevels.OfFree(0, 0), WatchLevels.OfFree(0, 0)));
}
