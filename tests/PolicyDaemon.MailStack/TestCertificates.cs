using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PolicyDaemon.MailStack;

/// <summary>A certificate authority of the stack's own and one server certificate from it, made on first use.</summary>
/// <remarks>Valid for localhost, mail.truenorth.local, 127.0.0.1 and the address of the stack.</remarks>
public sealed class TestCertificates
{
    private static readonly DateTimeOffset NotBefore = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset NotAfter = DateTimeOffset.UtcNow.AddDays(30);

    private readonly MailStackRoot root;
    private readonly Lazy<string> directory;

    internal TestCertificates(MailStackRoot root)
    {
        this.root = root;
        directory = new(Write);
    }

    /// <summary>The authority that signed <see cref="ServerFile"/>, PEM.</summary>
    public string AuthorityFile => Path.Combine(directory.Value, "ca.pem");

    /// <summary>An authority that signed nothing: whoever trusts only it must refuse the servers.</summary>
    public string OtherAuthorityFile => Path.Combine(directory.Value, "other-ca.pem");

    public string ServerFile => Path.Combine(directory.Value, "server.pem");

    /// <summary>Readable for root and for slapd's group.</summary>
    public string ServerKeyFile => Path.Combine(directory.Value, "server.key");

    private string Write()
    {
        string path = root.MakeDirectory("tls");
        using X509Certificate2 authority = MakeAuthority("PolicyDaemon test CA");
        using X509Certificate2 other = MakeAuthority("PolicyDaemon other CA");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=mail.truenorth.local", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(MakeAlternativeNames());
        using X509Certificate2 server = request.Create(authority, NotBefore, NotAfter, RandomNumberGenerator.GetBytes(8));
        root.WriteFile("tls/ca.pem", authority.ExportCertificatePem());
        root.WriteFile("tls/other-ca.pem", other.ExportCertificatePem());
        root.WriteFile("tls/server.pem", server.ExportCertificatePem());
        root.WriteFile("tls/server.key", key.ExportPkcs8PrivateKeyPem(), 0b110_100_000, 0, DebianSystem.Host.Accounts.GroupId("openldap"));
        return path;
    }

    private X509Extension MakeAlternativeNames()
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddDnsName("mail.truenorth.local");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(root.Address);
        return names.Build();
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(NotBefore, NotAfter);
    }
}
