using PolicyDaemon.Configuration.Reading;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration.Reading;

public sealed class NetworksTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("[2001:db8::]/32", "2001:db8::/32")]
    [InlineData("[::1]", "::1/128")]
    public void Network_is_read_as_in_mynetworks(string text, string network) => Assert.Equal(network, Networks.Parse(text).Value.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("10/8")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/24/8")]
    [InlineData("[192.0.2.1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.org")]
    [InlineData("192.0.2.7/24")]
    public void Anything_else_is_none(string text) => Assert.False(Networks.Parse(text).IsGood);
}
