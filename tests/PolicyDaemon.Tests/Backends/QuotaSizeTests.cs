using PolicyDaemon.Backends;
using Xunit;

namespace PolicyDaemon.Tests.Backends;

public sealed class QuotaSizeTests
{
    [Theory]
    [InlineData("0", 'B', 0)]
    [InlineData("unlimited", 'B', 0)]
    [InlineData("1073741824", 'B', 1L << 30)]
    [InlineData("1000", 'K', 1000L << 10)]
    [InlineData("1000B", 'K', 1000)]
    [InlineData("2G", 'B', 2L << 30)]
    [InlineData("2g", 'B', 2L << 30)]
    [InlineData("500 MB", 'B', 500L << 20)]
    [InlineData("500MiB", 'B', 500L << 20)]
    [InlineData("3T", 'B', 3L << 40)]
    [InlineData(" 7 ", 'M', 7L << 20)]
    public void Size_with_or_without_a_unit_is_octets(string text, char unit, long expected)
    {
        Assert.True(QuotaSize.TryParse(text, unit, out var octets));
        Assert.Equal(expected, octets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("1P")]
    [InlineData("1GG")]
    [InlineData("1BB")]
    [InlineData("2000000T")]
    [InlineData("1000000000000000000")]
    [InlineData("99999999999999999999")]
    public void What_is_no_size_or_of_no_mailbox_is_refused(string text) => Assert.False(QuotaSize.TryParse(text, 'M', out _));
}
