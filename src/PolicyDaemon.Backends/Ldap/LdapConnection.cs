using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// One connection to a server, ready for requests: any number of them at once, told apart by message id (RFC 4511 section 4.1.1.1).
/// </summary>
/// <remarks>
/// A request that is cancelled is abandoned and the connection lives on. Octets that are no LDAP, the end of the stream and a
/// Notice of Disconnection end it, and with it all that is pending, by <see cref="LdapConnectionLostException"/>. It never reconnects.
/// </remarks>
internal sealed class LdapConnection : IAsyncDisposable
{
    /// <summary>RFC 4511 section 4.4.1.</summary>
    private const string NoticeOfDisconnection = "1.3.6.1.4.1.1466.20036";

    /// <summary>Requests that wait to be written; further callers wait, and a server that takes none of them gets no more.</summary>
    private const int MaxQueued = 1024;

    /// <summary>Requests queued together are written together: one system call, one TLS record.</summary>
    private const int BatchBytes = 16 * 1024;

    /// <summary>How long a parting word may take to be written.</summary>
    private static readonly TimeSpan UnbindTimeout = TimeSpan.FromSeconds(1);

    private readonly Stream stream;
    private readonly TimeProvider time;
    private readonly Channel<byte[]> outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });

    /// <summary>Never disposed: it holds no timer, and who comes late must still be able to look at it.</summary>
    private readonly CancellationTokenSource closing = new();

    private readonly LdapPending pending = new();
    private readonly Task sending;
    private readonly Task receiving;
    private long received;

    /// <param name="stream">Connected, TLS done; the connection owns it.</param>
    internal LdapConnection(Stream stream, TimeProvider time)
    {
        this.stream = stream;
        this.time = time;
        if (stream is SslStream { RemoteCertificate: X509Certificate2 shown }) CertificateEnds = new DateTimeOffset(shown.NotAfter);
        sending = SendAsync();
        receiving = ReceiveAsync();
    }

    /// <summary>When the certificate ends that the server showed; null: there is no TLS.</summary>
    internal DateTimeOffset? CertificateEnds { get; }

    /// <summary>False once it takes no more requests.</summary>
    internal bool IsOpen => pending.IsOpen;

    /// <summary>How often the server has said something; while it grows, the server is not hung.</summary>
    internal long Received => Volatile.Read(ref received);

    /// <summary>Says who we are. Nothing else may be pending (RFC 4511 section 4.2.1); cancelling ends the connection, since who we are is then unknown.</summary>
    internal Task<LdapResult> BindAsync(LdapBindRequest request, CancellationToken cancellationToken) =>
        ExchangeAsync(request, new LdapBindExchange(), cancellationToken);

    /// <returns>Whatever the server says, success or not.</returns>
    internal Task<LdapSearchResult> SearchAsync(LdapSearchRequest request, CancellationToken cancellationToken) =>
        SearchAsync(request, [], cancellationToken);

    /// <inheritdoc cref="SearchAsync(LdapSearchRequest, CancellationToken)"/>
    internal Task<LdapSearchResult> SearchAsync(LdapSearchRequest request, IReadOnlyList<LdapControl> controls, CancellationToken cancellationToken) =>
        ExchangeAsync(request, new LdapSearchExchange(request.SizeLimit), cancellationToken, controls);

    /// <summary>Begins what has no end of its own; the exchange gets all answers until the connection is disposed.</summary>
    /// <returns>When it is on its way.</returns>
    internal ValueTask StartAsync(LdapRequest request, IReadOnlyList<LdapControl> controls, LdapExchange exchange, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return EnqueueAsync(request.Encode(pending.Add(exchange), controls), cancellationToken);
    }

    /// <summary>Takes no more requests, and ends with the last one pending.</summary>
    internal void Retire()
    {
        if (pending.Retire()) Close(LdapPending.Replaced());
    }

    /// <summary>Says goodbye (unbind) if the server still listens; pending requests fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (outgoing.Writer.TryWrite(new LdapUnbindRequest().Encode(pending.NextId()))) outgoing.Writer.TryComplete();
        try
        {
            await sending.WaitAsync(UnbindTimeout, time);
        }
        catch (TimeoutException)
        {
            // It does not read: then it gets no goodbye.
        }

        Close(new LdapConnectionLostException("the connection was closed by us"));
        await receiving;
    }

    private async Task<T> ExchangeAsync<T>(
        LdapRequest request, LdapExchange<T> exchange, CancellationToken cancellationToken, IReadOnlyList<LdapControl>? controls = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = pending.Add(exchange);
        try
        {
            await EnqueueAsync(request.Encode(id, controls), cancellationToken);
            return await exchange.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (exchange.CanBeAbandoned) Abandon(id);
            else Close(new LdapConnectionLostException("a bind was cancelled"));
            throw;
        }
    }

    private async ValueTask EnqueueAsync(byte[] message, CancellationToken cancellationToken)
    {
        try
        {
            await outgoing.Writer.WriteAsync(message, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // Closed meanwhile, and with it the exchange, which knows why.
        }
    }

    private bool Remove(int id)
    {
        var wasPending = pending.Remove(id, out var isLast);
        if (isLast) Close(LdapPending.Replaced());
        return wasPending;
    }

    /// <summary>Nobody waits any more: tells the server, which need not answer; what it had sent already is ignored.</summary>
    private void Abandon(int id)
    {
        if (!Remove(id) || !IsOpen) return;
        if (!outgoing.Writer.TryWrite(new LdapAbandonRequest(id).Encode(pending.NextId())))
            Close(new LdapConnectionLostException("the server does not read what it is sent"));
    }

    private async Task SendAsync()
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes);
        try
        {
            while (await outgoing.Reader.WaitToReadAsync(closing.Token))
            {
                while (batch.WrittenCount < BatchBytes && outgoing.Reader.TryRead(out var message)) Append(batch, message);
                await stream.WriteAsync(batch.WrittenMemory, closing.Token);
                batch.Clear(); // with zeros: a bind has a password in it
            }
        }
        catch (Exception gone)
        {
            // Whatever it was, nobody writes to this connection any more.
            Close(new LdapConnectionLostException($"cannot send: {gone.Message}", gone));
            batch.Clear();
            while (outgoing.Reader.TryRead(out var unsent)) CryptographicOperations.ZeroMemory(unsent);
        }
    }

    private static void Append(ArrayBufferWriter<byte> batch, byte[] message)
    {
        batch.Write(message);
        CryptographicOperations.ZeroMemory(message);
    }

    private async Task ReceiveAsync()
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(closing.Token);
                Interlocked.Increment(ref received);
                var buffer = read.Buffer;
                while (LdapFraming.TryRead(ref buffer, out var octets)) await DispatchAsync(Read(octets));
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted) break;
            }

            Close(new LdapConnectionLostException("the server closed the connection"));
        }
        catch (LdapProtocolException malformed)
        {
            Close(new LdapConnectionLostException($"the server sent {malformed.Message}", malformed));
        }
        catch (LdapConnectionLostException notice)
        {
            Close(notice);
        }
        catch (Exception gone)
        {
            // Whatever it was, nobody reads this connection any more.
            Close(new LdapConnectionLostException($"the connection broke: {gone.Message}", gone));
        }

        await reader.CompleteAsync();
    }

    private static LdapMessage Read(ReadOnlySequence<byte> octets) =>
        LdapResponseReader.Read(octets.IsSingleSegment ? octets.First : octets.ToArray());

    private async ValueTask DispatchAsync(LdapMessage message)
    {
        if (message.Id == 0)
        {
            if (message.Response is LdapExtendedResponse { Name: NoticeOfDisconnection } notice)
                throw new LdapConnectionLostException($"the server disconnects: {notice.Result}");
            return; // another unsolicited notification; a client ignores those it does not know (RFC 4511 section 4.4)
        }

        if (pending.Find(message.Id) is { } exchange)
        {
            if (await exchange.AcceptAsync(message, closing.Token)) Remove(message.Id);
        }
        else if (!pending.WasMade(message.Id))
        {
            throw new LdapProtocolException("an answer to a request that was never made");
        }
    }

    /// <summary>Ends the connection, for the first cause given.</summary>
    [SuppressMessage("Reliability", "CA1849", Justification = "Disposing closes the socket, which waits for nothing.")]
    private void Close(LdapConnectionLostException cause)
    {
        if (!pending.Close(cause)) return;
        outgoing.Writer.TryComplete();
        closing.Cancel();
        stream.Dispose();
    }
}
