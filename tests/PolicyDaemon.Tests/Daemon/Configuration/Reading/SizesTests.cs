using PolicyDaemon.Configuration.Reading;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration.Reading;

public sealed class SizesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1023", 1023)]
    [InlineData("10K", 10240)]
    [InlineData("10M", 10485760)]
    [InlineData("2G", 2147483648)]
    public void Number_with_or_without_a_unit_is_a_size_and_is_shown_so(string text, long octets)
    {
        Assert.True(Sizes.TryParse(text, out var value));
        Assert.Equal(octets, value);
        Assert.Equal(text, Sizes.Format(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-1")]
    [InlineData("1.5M")]
    [InlineData("10MB")]
    [InlineData("10m")]
    [InlineData("9999999999G")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_none(string text) => Assert.False(Sizes.TryParse(text, out _));
}
