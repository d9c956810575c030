using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Http.Peers;

/// <summary>A web page that people use for their mail: one GET, whose answer's body is not read and whose redirects are not followed.</summary>
internal sealed record WebPeer(string Name, Uri Page) : IPeer
{
    private const int MaxHeaderKilobytes = 64;

    private const int MaxCauseLength = 300;

    /// <summary>From here on an answer says that the server cannot; below, that it is there.</summary>
    private const int FirstServerError = 500;

    public async Task<PeerFinding> TalkAsync(CancellationToken cancellationToken)
    {
        var shown = new ShownCertificate();

        // A client for each conversation: the connection is new, and the certificate the one that is shown now.
        using var client = new HttpClient(MakeHandler(shown)) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var response = await client.GetAsync(Page, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var code = (int)response.StatusCode;
            if (code >= FirstServerError) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it answers {code}"));
            return new PeerFinding(shown.Ends, shown.Doubt);
        }
        catch (HttpRequestException exception)
        {
            var cause = exception.InnerException is { } inner ? $"{exception.Message} ({inner.Message})" : exception.Message;
            throw new IOException(SafeText.OneLine(cause, MaxCauseLength), exception);
        }
    }

    private static SocketsHttpHandler MakeHandler(ShownCertificate shown) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, errors) => shown.Note(certificate, errors) },
    };

    /// <summary>A certificate that browsers refuse is a doubt and no end: the server is there, and its days count.</summary>
    private sealed class ShownCertificate
    {
        public DateTimeOffset? Ends { get; private set; }

        public string? Doubt { get; private set; }

        public bool Note(X509Certificate? certificate, SslPolicyErrors errors)
        {
            if (certificate is X509Certificate2 shown) Ends = new DateTimeOffset(shown.NotAfter);
            if (errors != SslPolicyErrors.None) Doubt = $"browsers refuse its certificate: {errors}";
            return true;
        }
    }
}
