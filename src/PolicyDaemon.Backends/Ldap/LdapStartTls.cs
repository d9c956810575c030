namespace PolicyDaemon.Backends.Ldap;

/// <summary>The exchange before TLS on an <c>ldap://</c> connection, RFC 4511 section 4.14.</summary>
internal static class LdapStartTls
{
    /// <summary>The answer is a result code and a sentence.</summary>
    private const int MaxResponseBytes = 16 * 1024;

    /// <summary>Asks for TLS; when this returns, the handshake must follow.</summary>
    /// <remarks>
    /// Reads not one octet more than the answer. What somebody on the way smuggled in behind it, in plain text, then meets the
    /// TLS handshake and breaks it, instead of being taken for an answer that came under TLS.
    /// </remarks>
    /// <exception cref="LdapConnectionException">The server does not offer it.</exception>
    internal static async Task RequestAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new LdapExtendedRequest(LdapExtendedRequest.StartTls).Encode(messageId: 1), cancellationToken);
        var answer = LdapResponseReader.Read(await ReadMessageAsync(stream, cancellationToken));
        if (answer.Response is not LdapExtendedResponse { Result: var result }) throw new LdapProtocolException("something else than an answer to StartTLS");
        if (result.Code != LdapResultCode.Success) throw new LdapConnectionException($"StartTLS: {result}");
    }

    private static async Task<byte[]> ReadMessageAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[LdapFraming.MaxHeaderBytes];
        var known = 0;
        int length;
        while (!LdapFraming.TryReadLength(header.AsSpan(0, known), out length))
        {
            await stream.ReadExactlyAsync(header.AsMemory(known, 1), cancellationToken);
            known++;
        }

        if (length > MaxResponseBytes) throw new LdapProtocolException($"an answer to StartTLS of {length} octets");
        var message = new byte[length];
        header.AsSpan(0, known).CopyTo(message);
        await stream.ReadExactlyAsync(message.AsMemory(known), cancellationToken);
        return message;
    }
}
