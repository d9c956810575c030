using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PolicyDaemon.Doctor.Certificates;

/// <summary>Reads the first certificate of a PEM file, which is the server's own; a private key may stand before it.</summary>
internal static class CertificateFile
{
    internal static CertificateFacts Read(string where, string path)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return new(where, path, new DateTimeOffset(certificate.NotAfter));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new(where, path, null, exception.Message);
        }
    }
}
