using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Doctor.Certificates;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

public sealed class CertificateFileTests : IDisposable
{
    private readonly string path = Path.Combine(Directory.CreateTempSubdirectory("policydaemon-certificate-").FullName, "mx.pem");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

    [Fact]
    public void End_is_that_of_the_first_certificate_also_behind_its_key()
    {
        DateTimeOffset end = new(2030, 5, 1, 0, 0, 0, TimeSpan.Zero);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 own = Make(key, end);
        using X509Certificate2 above = Make(key, end.AddYears(5));
        File.WriteAllText(path, $"{key.ExportPkcs8PrivateKeyPem()}\n{own.ExportCertificatePem()}\n{above.ExportCertificatePem()}\n");

        Assert.Equal(new("postfix", path, end), CertificateFile.Read("postfix", path));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void What_is_none_is_said_to_be_none(string? content)
    {
        if (content is not null) File.WriteAllText(path, content);

        CertificateFacts read = CertificateFile.Read("dovecot", path);

        Assert.Null(read.Ends);
        Assert.NotEmpty(read.Fault);
    }

    private static X509Certificate2 Make(ECDsa key, DateTimeOffset end) =>
        new CertificateRequest("CN=mx.example.org", key, HashAlgorithmName.SHA256).CreateSelfSigned(end.AddYears(-1), end);
}
