using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Makes connections: TCP or unix socket, TLS, bind. Files are read anew each time, so that a changed secret or authority counts.</summary>
internal sealed class LdapConnector(LdapOptions options, TimeProvider time)
{
    /// <summary>Longer is no password: somebody named the wrong file.</summary>
    private const int MaxPasswordBytes = 4096;

    /// <summary>
    /// Gives a connection that is ready for searches. TCP, TLS and bind together may take <see cref="LdapOptions.ConnectTimeout"/>.
    /// </summary>
    /// <exception cref="LdapConnectionException">It cannot be had; the message says at which step and why.</exception>
    internal async Task<LdapConnection> ConnectAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var step = new Step();
        try
        {
            return await ConnectAsync(url, step, both.Token);
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new LdapConnectionException($"{step.Name}: no answer within {options.ConnectTimeout.TotalSeconds:0.###} s", late);
        }
        catch (Exception failure) when (failure is LdapConnectionLostException || failure is not (LdapConnectionException or OperationCanceledException))
        {
            // Whatever it was: an exception of another kind would end the probing of this server, and it would never be used again.
            throw new LdapConnectionException($"{step.Name}: {failure.Message}", failure);
        }
    }

    /// <summary>When the certificate ends that the server shows, on a connection of its own.</summary>
    /// <returns>Null: there is no TLS.</returns>
    /// <exception cref="LdapConnectionException">The server does not let us see it.</exception>
    internal async Task<DateTimeOffset?> ReadCertificateEndAsync(LdapUrl url, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var plain = await LdapSocket.ConnectAsync(url, both.Token);
            await using var stream = await SecureAsync(plain, url, new Step(), both.Token);
            return stream is SslStream { RemoteCertificate: X509Certificate2 shown } ? new DateTimeOffset(shown.NotAfter) : null;
        }
        catch (Exception failure) when (failure is IOException or SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new LdapConnectionException($"TLS: {failure.Message}", failure);
        }
    }

    private async Task<LdapConnection> ConnectAsync(LdapUrl url, Step step, CancellationToken cancellationToken)
    {
        var stream = await LdapSocket.ConnectAsync(url, cancellationToken);
        try
        {
            stream = await SecureAsync(stream, url, step, cancellationToken);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        var connection = new LdapConnection(stream, time);
        try
        {
            step.Name = "bind";
            await BindAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream stream, LdapUrl url, Step step, CancellationToken cancellationToken)
    {
        if (url.Host is not { } host || !(url.IsTls || options.StartTls)) return stream;
        if (!url.IsTls)
        {
            step.Name = "StartTLS";
            await LdapStartTls.RequestAsync(stream, cancellationToken);
        }

        step.Name = "TLS";
        return await new LdapTls(host, ReadAuthorities()).AuthenticateAsync(stream, cancellationToken);
    }

    private X509Certificate2Collection? ReadAuthorities()
    {
        if (options.CaFile is not { } path) return null;
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new LdapConnectionException($"no certificate in the CA file {path}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LdapConnectionException($"cannot read the CA file: {failure.Message}", failure);
        }
    }

    private async Task BindAsync(LdapConnection connection, CancellationToken cancellationToken)
    {
        if (options.BindDn is not { } dn) return;
        var password = await ReadPasswordAsync(cancellationToken);
        try
        {
            var result = await connection.BindAsync(new LdapBindRequest(dn, password), cancellationToken);
            if (result.Code is LdapResultCode.Busy or LdapResultCode.Unavailable) throw new LdapConnectionException($"bind as {dn}: {result}");
            if (result.Code != LdapResultCode.Success) throw new LdapBindException($"bind as {dn}: {result}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>The content of the file without the newline that editors put at its end; never empty.</summary>
    private async Task<byte[]> ReadPasswordAsync(CancellationToken cancellationToken)
    {
        var path = options.BindPasswordFile ?? throw new LdapBindException("a bind DN without a password file");
        try
        {
            if (new FileInfo(path).Length > MaxPasswordBytes) throw new LdapBindException($"the password file {path} is larger than {MaxPasswordBytes} octets");
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            var password = WithoutNewline(content).ToArray();
            CryptographicOperations.ZeroMemory(content);
            return password.Length > 0 ? password : throw new LdapBindException($"the password file {path} is empty");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LdapBindException($"cannot read the password file: {failure.Message}", failure);
        }
    }

    private static ReadOnlySpan<byte> WithoutNewline(ReadOnlySpan<byte> content) => content switch
    {
        [.. var line, (byte)'\r', (byte)'\n'] => line,
        [.. var line, (byte)'\n'] => line,
        _ => content,
    };

    /// <summary>How far a connection got, for the message when it gets no further.</summary>
    private sealed class Step
    {
        public string Name { get; set; } = "connect";
    }
}
