using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Hosting;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class AllowedPeersTests
{
    private static readonly AllowedPeers Peers = new(() => [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")]);

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.77", true)]
    [InlineData("::ffff:192.0.2.77", true)]
    [InlineData("2001:db8::7", true)]
    [InlineData("192.0.3.1", false)]
    [InlineData("::ffff:192.0.3.1", false)]
    [InlineData("2001:db9::7", false)]
    public void Loopback_and_the_named_networks_may_connect(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, Peers.Allows(new IPEndPoint(IPAddress.Parse(address), 4711)));

    [Fact]
    public void Unix_peers_are_judged_by_the_file_and_not_here() => Assert.True(Peers.Allows(new UnixDomainSocketEndPoint("/x")));

    [Fact]
    public void Network_that_is_taken_away_may_not_connect_any_more()
    {
        IPEndPoint client = new(IPAddress.Parse("192.0.2.77"), 4711);
        List<IPNetwork> networks = [IPNetwork.Parse("192.0.2.0/24")];
        AllowedPeers peers = new(() => networks);
        Assert.True(peers.Allows(client));

        networks.Clear();

        Assert.False(peers.Allows(client));
    }
}
