using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>
/// Several servers with the same content, as one: the first that answers is asked, the next when it does not, and the first
/// again as soon as it is well.
/// </summary>
/// <remarks>
/// A server that hangs costs the question that finds it out one <see cref="LdapOptions.Timeout"/>, and the later ones nothing.
/// When all are passed over the answer is Unavailable at once.
/// </remarks>
internal sealed class LdapServers : IAsyncDisposable
{
    private readonly string source;
    private readonly LdapServer[] servers;

    /// <param name="source">The configured name of the directory, for <see cref="Provenance"/>.</param>
    /// <param name="onChange">Told when a server is passed over and when it is used again; must not block.</param>
    internal LdapServers(string source, LdapOptions options, TimeProvider time, Action<LdapServerState> onChange)
    {
        this.source = source;
        servers = [.. options.Urls.Select(url => new LdapServer(url, options, time, onChange))];
    }

    internal IReadOnlyList<LdapServerState> States => [.. servers.Select(server => server.State)];

    /// <summary>Puts the question to one server after the other until one answers it.</summary>
    /// <returns>
    /// Found with a result that is success or sizeLimitExceeded, and the server's URL as the entry; else Unavailable with what
    /// every server said. Never NotFound: no entries are a success, and a base that does not exist is a mistake of somebody's.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller's token, which bounds the whole of it.</exception>
    internal async ValueTask<Lookup<LdapSearchResult>> SearchAsync(LdapSearchRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var causes = new List<string>();
        foreach (var server in servers)
        {
            if (server.State is { IsPassedOver: true } state)
            {
                causes.Add($"{server.Url}: passed over: {state.Cause}");
                continue;
            }

            try
            {
                var found = await server.SearchAsync(request, cancellationToken);
                if (found.Result.Code is LdapResultCode.Success or LdapResultCode.SizeLimitExceeded)
                    return Lookup<LdapSearchResult>.Found(found, Provenance.Of(source, server.Url.Text));
                causes.Add($"{server.Url}: {Explain(found.Result, request)}");
            }
            catch (LdapConnectionException failure)
            {
                causes.Add($"{server.Url}: {failure.Message}");
            }
        }

        return Lookup<LdapSearchResult>.Unavailable(string.Join("; ", causes), Provenance.Of(source));
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));

    private static string Explain(LdapResult result, LdapSearchRequest request) => result.Code switch
    {
        LdapResultCode.NoSuchObject => $"{result}: the base {request.BaseDn} does not exist, or is not visible to us",
        LdapResultCode.InsufficientAccessRights => $"{result}: we may not search below {request.BaseDn}",
        _ => result.ToString(),
    };
}
