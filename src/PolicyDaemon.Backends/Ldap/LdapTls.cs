using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>TLS with a server, and in plain words what is wrong with its certificate.</summary>
/// <param name="host">The name or address that the certificate must be for.</param>
/// <param name="authorities">The only roots trusted; null: the system's.</param>
internal sealed class LdapTls(string host, X509Certificate2Collection? authorities)
{
    /// <summary>Names and reasons of a certificate are its owner's text; longer ones are cut.</summary>
    private const int MaxTextLength = 200;

    private string? objection;

    /// <exception cref="LdapConnectionException">No TLS, or not with the right server.</exception>
    internal async Task<SslStream> AuthenticateAsync(Stream stream, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(MakeOptions(), cancellationToken);
            return tls;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw new LdapConnectionException($"TLS: {objection ?? failure.Message}", failure);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions MakeOptions()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = IsAccepted };
        if (authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // an authority of one's own rarely offers any
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return options;
    }

    /// <summary>Decides nothing of its own: what the platform objects to is put into words and refused.</summary>
    private bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        var objections = new List<string>();
        if (certificate is not X509Certificate2 given) objections.Add("the server shows no certificate");
        else
        {
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) objections.AddRange(ChainObjections(given, chain));
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) objections.Add($"the certificate is for {Names(given)}, not for {host}");
        }

        objection = string.Join("; ", objections);
        return false;
    }

    private IEnumerable<string> ChainObjections(X509Certificate2 certificate, X509Chain? chain) =>
        (chain?.ChainStatus ?? []).Select(status => status.Status switch
        {
            X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain =>
                $"the certificate comes from {OneLine(certificate.Issuer)}, which {(authorities is null ? "the system does" : "the CA file does")} not trust",
            X509ChainStatusFlags.NotTimeValid => string.Create(
                CultureInfo.InvariantCulture,
                $"the certificate, or one above it, is expired or not yet valid ({certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u})"),
            _ => OneLine(status.StatusInformation),
        }).Distinct(StringComparer.Ordinal);

    private static string Names(X509Certificate2 certificate)
    {
        try
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return names is null
                ? $"{OneLine(certificate.Subject)} without subjectAltName"
                : OneLine(string.Join(", ", names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()))));
        }
        catch (CryptographicException)
        {
            return "unreadable names";
        }
    }

    private static string OneLine(string text) => SafeText.OneLine(text, MaxTextLength);
}
