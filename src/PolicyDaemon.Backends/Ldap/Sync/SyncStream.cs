namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>
/// One synchronization with one provider (RFC 4533, refreshAndPersist), on a connection of its own: everything that the provider says, in its
/// order. Decides nothing and keeps nothing.
/// </summary>
internal sealed class SyncStream : IAsyncDisposable
{
    private const string ContextCsn = "contextCSN";
    private const string EntryUuid = "entryUUID";

    private readonly LdapConnection connection;
    private readonly SyncExchange exchange;

    private SyncStream(LdapConnection connection, SyncExchange exchange)
    {
        this.connection = connection;
        this.exchange = exchange;
    }

    /// <summary>How often the server has sent something, whatever it was: while it grows, the server is not gone.</summary>
    /// <remarks>It stands still while nobody reads, too.</remarks>
    internal long Received => connection.Received;

    /// <summary>Begins the search. Whether the server follows it is known from the first message.</summary>
    /// <param name="connection">From <see cref="LdapConnector"/>, for this alone; the stream owns it, also when this fails.</param>
    /// <param name="request">Without limits: what they would cut off must not be taken for gone.</param>
    /// <param name="cookie">How far we are; null: everything is sent.</param>
    /// <exception cref="LdapConnectionLostException">The connection is gone.</exception>
    internal static async Task<SyncStream> OpenAsync(
        LdapConnection connection, LdapSearchRequest request, SyncCookie? cookie, CancellationToken cancellationToken)
    {
        var stream = new SyncStream(connection, new SyncExchange());
        try
        {
            await connection.StartAsync(request, [SyncRequestControl.Create(cookie)], stream.exchange, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The next message, waiting for it. The last one is <see cref="SyncEnd"/> or <see cref="SyncUnsupported"/>. One caller at a time; who
    /// does not read makes the provider wait.
    /// </summary>
    /// <exception cref="LdapConnectionLostException">The connection is gone; what came before has been given. Malformed messages end it too.</exception>
    internal ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken) => exchange.ReadAsync(cancellationToken);

    /// <summary>
    /// Asks for something small on the same connection: whether the server is there at the other end, and how far it is. The answer comes
    /// behind all that was sent before it, so that somebody must be reading.
    /// </summary>
    /// <param name="dn">The base of the search, or the suffix of the database.</param>
    /// <returns>Any answer is one, refusals too: then it is empty.</returns>
    /// <exception cref="LdapConnectionLostException">The connection is gone.</exception>
    internal Task<SyncProbe> ProbeAsync(string dn, CancellationToken cancellationToken) => ProbeAsync(connection, dn, cancellationToken);

    /// <summary>The same question before a search is begun.</summary>
    /// <inheritdoc cref="ProbeAsync(string, CancellationToken)"/>
    internal static async Task<SyncProbe> ProbeAsync(LdapConnection connection, string dn, CancellationToken cancellationToken)
    {
        var question = new LdapSearchRequest
        {
            BaseDn = dn, Scope = LdapScope.BaseObject, Filter = LdapFilter.Present("objectClass"), Attributes = [ContextCsn, EntryUuid],
        };
        var found = await connection.SearchAsync(question, cancellationToken);
        return found.Entries is [var entry] ? SyncProbe.Of(entry.Texts(EntryUuid), entry.Texts(ContextCsn)) : SyncProbe.Nothing;
    }

    /// <summary>Ends the search with its connection; who still reads gets what was read, then the end.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
