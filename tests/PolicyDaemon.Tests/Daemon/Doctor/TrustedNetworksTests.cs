using PolicyDaemon.Doctor.Ways;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

public sealed class TrustedNetworksTests
{
    [Theory]
    [InlineData("0.0.0.0/0"), InlineData("::/0"), InlineData("[::]/0"), InlineData("203.0.112.0/20"), InlineData("203.0.113.7/23"), InlineData("2001:db8::/32")]
    [InlineData("8.0.0.0/5")]
    public void Public_networks_larger_than_a_site_are_wide(string network) => Assert.Equal([network], new TrustedNetworks($"127.0.0.0/8, {network} 10.0.0.0/8").Wide);

    [Theory]
    [InlineData("203.0.113.0/24"), InlineData("203.0.113.7"), InlineData("[2001:db8:1::]/48"), InlineData("10.0.0.0/8"), InlineData("fd00::/8"), InlineData("hash:/etc/postfix/clients")]
    [InlineData("!203.0.0.0/8"), InlineData("example.org"), InlineData("203.0.113.0/x"), InlineData("203.0.113.0/40"), InlineData("")]
    public void Sites_private_networks_and_what_is_no_network_are_not(string text) => Assert.Empty(new TrustedNetworks(text).Wide);

    [Theory]
    [InlineData("127.0.0.1, [::1]", false), InlineData("127.0.0.1 10.0.0.1", true), InlineData("mail.example.org", true), InlineData("", false)]
    public void Who_is_beyond_this_machine_is_told(string text, bool isBeyond) => Assert.Equal(isBeyond, new TrustedNetworks(text).IsBeyondLoopback);
}
