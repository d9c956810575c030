using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PolicyDaemon.Configuration;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Http.Peers;

/// <summary>A conversation in lines with a server, in clear and then perhaps in TLS.</summary>
/// <remarks>
/// The server's certificate is looked at and not verified: a server is reached here by an address that no certificate names, nothing secret is
/// said to it, and who must trust it is its clients.
/// </remarks>
internal sealed class PeerDialog : IAsyncDisposable
{
    /// <summary>Octets of one line; a capability line of an IMAP server is the longest.</summary>
    private const int MaxLineLength = 8192;

    private const int MaxLines = 100;

    private const int MaxCauseLength = 160;

    private readonly byte[] octets = new byte[MaxLineLength];
    private Stream stream;
    private int begin;
    private int end;

    private PeerDialog(Stream stream) => this.stream = stream;

    /// <summary>When the certificate ends that the server showed; null: none so far.</summary>
    public DateTimeOffset? CertificateEnds { get; private set; }

    /// <exception cref="IOException">Nobody listens there.</exception>
    public static async Task<PeerDialog> OpenAsync(EndpointAddress address, CancellationToken cancellationToken)
    {
        var endpoint = address.ToEndPoint();
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, endpoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new PeerDialog(new NetworkStream(socket, ownsSocket: true));
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"{address}: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>From here on in TLS.</summary>
    /// <exception cref="IOException">There is no handshake.</exception>
    public async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        if (begin < end) throw new IOException("it said more than it was asked before TLS began");
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        stream = tls;
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = "",
                RemoteCertificateValidationCallback = (_, certificate, _, _) => Note(certificate),
            };
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (AuthenticationException exception)
        {
            throw new IOException($"TLS: {SafeText.OneLine(exception.Message, MaxCauseLength)}", exception);
        }
    }

    /// <summary>Says one line.</summary>
    public async Task SayAsync(string line, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Hears lines until one is the last of an answer.</summary>
    /// <param name="isLast">Whether a line ends the answer.</param>
    /// <exception cref="IOException">It closed, or says too much.</exception>
    public async Task<IReadOnlyList<string>> HearAsync(Func<string, bool> isLast, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < MaxLines)
        {
            lines.Add(await ReadLineAsync(cancellationToken));
            if (isLast(lines[^1])) return lines;
        }

        throw new IOException($"it answers with more than {MaxLines} lines");
    }

    /// <summary>That an answer was another than it had to be.</summary>
    public static IOException Unexpected(string what, string answer) => new($"{what} was answered: {SafeText.OneLine(answer, MaxCauseLength)}");

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private bool Note(X509Certificate? certificate)
    {
        if (certificate is X509Certificate2 shown) CertificateEnds = new DateTimeOffset(shown.NotAfter);
        return true;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = octets.AsSpan(begin, end - begin).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.ASCII.GetString(octets, begin, length).TrimEnd('\r');
                begin += length + 1;
                return line;
            }

            if (begin > 0)
            {
                octets.AsSpan(begin, end - begin).CopyTo(octets);
                (begin, end) = (0, end - begin);
            }

            if (end == octets.Length) throw new IOException($"a line has more than {MaxLineLength} octets");
            var read = await stream.ReadAsync(octets.AsMemory(end), cancellationToken);
            if (read == 0) throw new IOException("it closed the connection");
            end += read;
        }
    }
}
