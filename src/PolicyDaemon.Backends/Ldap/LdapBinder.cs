namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// Checks passwords by binding with them, on connections that are used for nothing else: a bind changes who a connection is, so that
/// nothing else may be in flight on it (RFC 4511 section 4.2.1).
/// </summary>
/// <remarks>
/// One server after the other is asked until one gives an answer about the person. A server that is hung, gone, busy or unavailable is
/// then left alone for a while. The password is in no log, no cause and no exception; the buffers that we filled with it are cleared.
/// On <c>ldap://</c> without StartTLS it crosses the network in plain text: that must not be configured.
/// </remarks>
internal sealed class LdapBinder : IAsyncDisposable
{
    /// <summary>Longer is no password, and is not sent: hashing it would cost the server more than us.</summary>
    internal const int MaxPasswordBytes = 4096;

    private readonly LdapBindServer[] servers;

    /// <param name="options">Servers, TLS and timeouts; its own bind DN and password are not used here.</param>
    internal LdapBinder(LdapOptions options, TimeProvider time) => servers = [.. options.Urls.Select(url => new LdapBindServer(url, options, time))];

    /// <summary>Whether this is the password of the person with this DN.</summary>
    /// <param name="dn">As the directory gave it. Empty is wrong, like an empty password: such a bind is answered with success, for nobody (RFC 4513 section 5.1).</param>
    /// <param name="password">Octets as the person typed them, UTF-8; the caller clears them.</param>
    /// <exception cref="OperationCanceledException">The caller's token. The server may have counted the attempt.</exception>
    internal async Task<LdapPasswordCheck> CheckAsync(string dn, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (dn.Length == 0) return Wrong("an empty DN");
        if (password.Length is 0 or > MaxPasswordBytes) return Wrong("an empty password, or one that is too long");

        var request = new LdapBindRequest(dn, password);
        var causes = new List<string>();
        foreach (var server in servers)
        {
            try
            {
                var result = await server.BindAsync(request, cancellationToken);
                if (result.Code == LdapResultCode.Success) return LdapPasswordCheck.Right;
                if (IsAboutThePassword(result.Code)) return Wrong($"{server.Url}: {result}");
                causes.Add($"{server.Url}: {result}");
            }
            catch (LdapConnectionException failure)
            {
                causes.Add($"{server.Url}: {failure.Message}");
            }
        }

        return new LdapPasswordCheck(LdapPasswordAnswer.Unavailable, string.Join("; ", causes));
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));

    /// <summary>
    /// invalidCredentials; inappropriateAuthentication: the entry has no password; constraintViolation: locked after too many wrong ones
    /// (389 Directory Server). All others, unwillingToPerform above all, are also what a server says that lets nobody in at present, or that
    /// wants TLS: they are not taken for a wrong password.
    /// </summary>
    private static bool IsAboutThePassword(LdapResultCode code) =>
        code is LdapResultCode.InvalidCredentials or LdapResultCode.InappropriateAuthentication or LdapResultCode.ConstraintViolation;

    private static LdapPasswordCheck Wrong(string cause) => new(LdapPasswordAnswer.Wrong, cause);
}
