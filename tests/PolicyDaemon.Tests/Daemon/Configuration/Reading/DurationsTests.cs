using PolicyDaemon.Configuration.Reading;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration.Reading;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("0s", 0)]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("1h", 3600)]
    [InlineData("7d", 604800)]
    [InlineData("2w", 1209600)]
    public void Number_and_unit_are_a_duration(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("1 h")]
    [InlineData("1H")]
    [InlineData("1h30m")]
    [InlineData("1y")]
    [InlineData("٣s")]
    [InlineData("9999999999d")]
    public void Anything_else_is_none(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData("90s", "90s")]
    [InlineData("60s", "1m")]
    [InlineData("1500ms", "1500ms")]
    [InlineData("24h", "1d")]
    [InlineData("1w", "7d")]
    [InlineData("0ms", "0s")]
    public void It_is_shown_in_the_largest_unit_without_a_fraction(string text, string shown)
    {
        Assert.True(Durations.TryParse(text, out var value));
        Assert.Equal(shown, Durations.Format(value));
    }
}
