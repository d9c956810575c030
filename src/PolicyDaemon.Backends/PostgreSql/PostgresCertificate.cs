using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace PolicyDaemon.Backends.PostgreSql;

/// <summary>Looks at the certificates of the servers that a connection string names: a connection up to the TLS handshake, on which nobody logs in.</summary>
/// <remarks>Npgsql does not show the certificate of a connection. Whether it is trusted is decided there, and not here.</remarks>
internal static class PostgresCertificate
{
    /// <summary>SSLRequest of PostgreSQL's protocol 3.0 ("Message Formats" of its manual): its length, and the number that stands for it.</summary>
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

    /// <summary>Of one server that does not answer while another did.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>When the first of them ends; null: none is shown, because TLS is off or a unix socket is used.</returns>
    internal static async Task<DateTimeOffset?> FindEndAsync(PostgresOptions options, CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        if (text.SslMode == SslMode.Disable) return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var ends = await Task.WhenAll((text.Host ?? "").Split(',').Select(host => host.Trim())
            .Where(host => host is not ['/' or '@', ..]).Select(host => ReadEndAsync(host, text.Port, limit.Token)));
        return ends.Min();
    }

    private static async Task<DateTimeOffset?> ReadEndAsync(string host, int defaultPort, CancellationToken cancellationToken)
    {
        try
        {
            var colon = host.LastIndexOf(':');
            var isPortNamed = colon > 0 && host.IndexOf(':', StringComparison.Ordinal) == colon;
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(isPortNamed ? host[..colon] : host, isPortNamed && int.TryParse(host[(colon + 1)..], out var port) ? port : defaultPort, cancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(SslRequest, cancellationToken);
            var answer = new byte[1];
            if (await stream.ReadAsync(answer, cancellationToken) == 0 || answer[0] != 'S') return null;

            DateTimeOffset? end = null;
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            var asked = new SslClientAuthenticationOptions { TargetHost = "", RemoteCertificateValidationCallback = (_, certificate, _, _) => Note(certificate) };
            await tls.AuthenticateAsClientAsync(asked, cancellationToken);
            return end;

            bool Note(X509Certificate? certificate)
            {
                if (certificate is X509Certificate2 shown) end = new DateTimeOffset(shown.NotAfter);
                return true;
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // Whether the server answers is asked elsewhere.
            return null;
        }
    }
}
