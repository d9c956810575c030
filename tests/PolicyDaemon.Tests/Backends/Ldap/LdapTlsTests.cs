using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Backends.Ldap;
using Xunit;

namespace PolicyDaemon.Tests.Backends.Ldap;

/// <summary>Which certificates are accepted, and that each objection has words of its own.</summary>
public sealed class LdapTlsTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 authority = MakeAuthority("CN=Test CA");
    private readonly X509Certificate2 other = MakeAuthority("CN=Other CA");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        authority.Dispose();
        other.Dispose();
    }

    [Theory]
    [InlineData("ldap.example.org")]
    [InlineData("127.0.0.9")]
    public async Task Certificate_of_our_authority_for_this_name_is_accepted(string host)
    {
        using var certificate = MakeServer(authority, Now.AddDays(-1), Now.AddDays(1));
        Assert.Null(await HandshakeAsync(host, certificate, authority));
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_refused_with_its_issuer()
    {
        using var certificate = MakeServer(other, Now.AddDays(-1), Now.AddDays(1));
        Assert.Equal(
            "TLS: the certificate comes from CN=Other CA, which the CA file does not trust",
            await HandshakeAsync("ldap.example.org", certificate, authority));
    }

    [Fact]
    public async Task Certificate_that_the_system_does_not_trust_is_refused_when_there_is_no_ca_file()
    {
        using var certificate = MakeServer(other, Now.AddDays(-1), Now.AddDays(1));
        Assert.Contains("which the system does not trust", await HandshakeAsync("ldap.example.org", certificate, null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_refused_with_the_names_it_has()
    {
        using var certificate = MakeServer(authority, Now.AddDays(-1), Now.AddDays(1));
        Assert.Equal(
            "TLS: the certificate is for ldap.example.org, 127.0.0.9, not for ldap.example.com",
            await HandshakeAsync("ldap.example.com", certificate, authority));
    }

    [Fact]
    public async Task Certificate_without_alternative_names_is_refused_and_says_so()
    {
        using var certificate = MakeServer(authority, Now.AddDays(-1), Now.AddDays(1), hasNames: false);
        Assert.Contains("CN=server without subjectAltName, not for ldap.example.org", await HandshakeAsync("ldap.example.org", certificate, authority), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-10, -5)]
    [InlineData(5, 10)]
    public async Task Certificate_out_of_its_time_is_refused_with_its_time(int fromDays, int toDays)
    {
        using var certificate = MakeServer(authority, Now.AddDays(fromDays), Now.AddDays(toDays));
        var message = await HandshakeAsync("ldap.example.org", certificate, authority);
        Assert.Contains("expired or not yet valid", message, StringComparison.Ordinal);
        Assert.Contains($"to {certificate.NotAfter.ToUniversalTime():u}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_objections_are_named_at_once()
    {
        using var certificate = MakeServer(other, Now.AddDays(-10), Now.AddDays(-5));
        var message = await HandshakeAsync("ldap.example.com", certificate, authority);
        Assert.Contains("Other CA", message, StringComparison.Ordinal);
        Assert.Contains("not for ldap.example.com", message, StringComparison.Ordinal);
        Assert.Contains("expired", message, StringComparison.Ordinal);
    }

    /// <returns>Null, or the message with which the client refuses.</returns>
    private static async Task<string?> HandshakeAsync(string host, X509Certificate2 certificate, X509Certificate2? trusted)
    {
        var (client, peer) = DuplexStream.CreatePair(unread: 65_536);
        await using var server = new SslStream(peer);
        var accepting = server.AuthenticateAsServerAsync(certificate);
        try
        {
            await using var stream = await new LdapTls(host, trusted is null ? null : [trusted]).AuthenticateAsync(client, TestToken);
            await accepting;
            return null;
        }
        catch (LdapConnectionException refused)
        {
            // In TLS 1.3 the server is done, and content, before it hears what the client thinks.
            await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.IsType<AuthenticationException>(refused.InnerException);
            return refused.Message;
        }
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-20), Now.AddDays(20));
    }

    private static X509Certificate2 MakeServer(X509Certificate2 issuer, DateTimeOffset from, DateTimeOffset to, bool hasNames = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("ldap.example.org");
        names.AddIpAddress(IPAddress.Parse("127.0.0.9"));
        if (hasNames) request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
