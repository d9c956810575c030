using PolicyDaemon.Configuration;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Configuration;

public sealed class EndpointAddressTests
{
    [Theory]
    [InlineData("unix:/run/policydaemon/policy.sock")]
    [InlineData("inet:127.0.0.1:10040")]
    [InlineData("inet:[::1]:10040")]
    [InlineData("inet:0.0.0.0:0")]
    public void Endpoint_is_shown_as_it_was_written(string text) => Assert.Equal(text, EndpointAddress.Parse(text).Value?.ToString());

    [Theory]
    [InlineData("inet:127.0.0.1:10040", true)]
    [InlineData("inet:127.9.9.9:10040", true)]
    [InlineData("inet:[::1]:10040", true)]
    [InlineData("inet:0.0.0.0:10040", false)]
    [InlineData("inet:[::]:10040", false)]
    [InlineData("inet:192.0.2.7:10040", false)]
    public void Loopback_is_what_only_this_machine_reaches(string text, bool isLoopback) =>
        Assert.Equal(isLoopback, ((EndpointAddress.Inet)EndpointAddress.Parse(text).Value!).IsLoopback);

    [Fact]
    public void Path_of_107_octets_fits_and_one_of_108_does_not()
    {
        Assert.True(EndpointAddress.Parse("unix:/" + new string('x', 106)).IsGood);
        Assert.False(EndpointAddress.Parse("unix:/" + new string('x', 107)).IsGood);
        Assert.False(EndpointAddress.Parse("unix:/" + new string('ü', 60)).IsGood);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unix:")]
    [InlineData("unix:run/policy.sock")]
    [InlineData("unix:/run/")]
    [InlineData("tcp:127.0.0.1:10040")]
    [InlineData("inet:10040")]
    [InlineData("inet::10040")]
    [InlineData("inet:localhost:10040")]
    [InlineData("inet:127.0.0.1")]
    [InlineData("inet:127.0.0.1:")]
    [InlineData("inet:127.0.0.1:+1")]
    [InlineData("inet:127.0.0.1:65536")]
    [InlineData("inet:[127.0.0.1]:10040")]
    [InlineData("inet:::1:10040")]
    public void Anything_else_is_none(string text) => Assert.False(EndpointAddress.Parse(text).IsGood);
}
