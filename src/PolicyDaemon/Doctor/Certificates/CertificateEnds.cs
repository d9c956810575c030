using System.Globalization;

namespace PolicyDaemon.Doctor.Certificates;

/// <summary>A certificate that clients are shown is over, or soon will be.</summary>
internal sealed class CertificateEnds : IDiagnosis
{
    /// <summary>Later than whatever renews certificates by itself does it.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public string Id => "certificate-ends";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from certificate in installation.Certificates
        where certificate.Ends is null || certificate.Ends < installation.Now + Soon
        select certificate.Ends is { } ends ? Ending(certificate, ends, installation.Now) : Unreadable(certificate);

    private Finding Ending(CertificateFacts certificate, DateTimeOffset ends, DateTimeOffset now) => new(
        Id, ends <= now ? Severity.Error : Severity.Warning, certificate.Where,
        string.Create(CultureInfo.InvariantCulture, $"{certificate.Place}, valid until {ends:yyyy-MM-dd HH:mm}Z"),
        ends <= now ? "this certificate is over" : string.Create(CultureInfo.InvariantCulture, $"this certificate ends in {Math.Floor((ends - now).TotalDays)} days"),
        "mail programs refuse to log in, and other servers to connect, from then on", MendFor(certificate));

    private Finding Unreadable(CertificateFacts certificate) => new(
        Id, Severity.Warning, certificate.Where, $"{certificate.Place}: {certificate.Fault}", "this certificate cannot be read",
        "without it there is no TLS, and clients that want it cannot log in", MendFor(certificate));

    private static Mend MendFor(CertificateFacts certificate) => Mend.Shell(
        certificate.Place.StartsWith("/etc/letsencrypt/", StringComparison.Ordinal)
            ? "certbot renew && postfix reload && doveadm reload"
            : certificate.Place.StartsWith('/')
                ? $"openssl x509 -noout -issuer -enddate -in {certificate.Place}   # let its issuer make a new one, put it there, then: postfix reload; doveadm reload"
                : "openssl x509 -noout -enddate -in server.pem   # on that server: let its issuer make a new one, then restart it");
}
