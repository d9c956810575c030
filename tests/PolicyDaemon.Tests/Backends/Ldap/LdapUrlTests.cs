using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

public sealed class LdapUrlTests
{
    [Theory]
    [InlineData("ldap://ldap.example.org", "ldap.example.org", 389, false)]
    [InlineData("LDAPS://ldap.example.org/", "ldap.example.org", 636, true)]
    [InlineData("ldap://127.0.0.1:3890", "127.0.0.1", 3890, false)]
    [InlineData("ldaps://[::1]:6360", "::1", 6360, true)]
    [InlineData("ldap://[::1]", "::1", 389, false)]
    public void Url_names_host_and_port(string text, string host, int port, bool isTls)
    {
        Assert.True(LdapUrl.TryParse(text, out var url, out _));
        Assert.Equal((host, isTls, false, text), (url.Host, url.IsTls, url.IsUnix, url.ToString()));
        Assert.Equal(port, url.EndPoint is IPEndPoint numbered ? numbered.Port : ((DnsEndPoint)url.EndPoint).Port);
    }

    [Fact]
    public void Url_names_a_unix_socket()
    {
        Assert.True(LdapUrl.TryParse("ldapi://%2Frun%2Fslapd%2Fldapi", out var url, out _));
        Assert.Equal(new UnixDomainSocketEndPoint("/run/slapd/ldapi"), url.EndPoint);
        Assert.True(url.IsUnix);
        Assert.Null(url.Host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ldap.example.org")]
    [InlineData("http://ldap.example.org")]
    [InlineData("ldap://")]
    [InlineData("ldap://:389")]
    [InlineData("ldap://host:0")]
    [InlineData("ldap://host:65536")]
    [InlineData("ldap://host:-1")]
    [InlineData("ldap://host/dc=example")]
    [InlineData("ldap://user@host")]
    [InlineData("ldap://[::1")]
    [InlineData("ldap://[host]")]
    [InlineData("ldap://a b")]
    [InlineData("ldapi://")]
    [InlineData("ldapi://relative")]
    [InlineData("ldapi:///run/ldapi")]
    public void What_is_no_server_is_refused_and_says_what_is_expected(string text)
    {
        Assert.False(LdapUrl.TryParse(text, out _, out var error));
        Assert.Contains("ldap://host:port", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Path_longer_than_a_socket_may_have_is_refused() =>
        Assert.False(LdapUrl.TryParse($"ldapi://%2F{new string('x', 200)}", out _, out _));
}
