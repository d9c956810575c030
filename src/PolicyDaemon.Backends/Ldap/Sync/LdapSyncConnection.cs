namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>A real connection to a provider: one search for all accounts, and questions beside it.</summary>
internal sealed class LdapSyncConnection : ISyncConnection
{
    private readonly LdapConnection connection;
    private readonly LdapOptions options;
    private readonly string context;
    private SyncStream? stream;

    private LdapSyncConnection(LdapConnection connection, LdapOptions options, string context)
    {
        this.connection = connection;
        this.options = options;
        this.context = context;
    }

    /// <exception cref="LdapConnectionException">It cannot be had, or is gone already.</exception>
    internal static async Task<ISyncConnection> ConnectAsync(LdapConnector connector, LdapUrl url, LdapOptions options, CancellationToken cancellationToken)
    {
        var connected = await connector.ConnectAsync(url, cancellationToken);
        try
        {
            var contexts = await LdapNamingContexts.ReadAsync(connected, cancellationToken);
            return new LdapSyncConnection(connected, options, LdapNamingContexts.FindFor(options.BaseDn, contexts) ?? options.BaseDn);
        }
        catch
        {
            await connected.DisposeAsync();
            throw;
        }
    }

    public async Task<SyncProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        var own = await SyncStream.ProbeAsync(connection, options.BaseDn, cancellationToken);
        if (own.Changes is not null || context == options.BaseDn) return own;
        return own with { Changes = (await SyncStream.ProbeAsync(connection, context, cancellationToken)).Changes };
    }

    public async Task StartAsync(SyncCookie? cookie, CancellationToken cancellationToken)
    {
        var request = new LdapSearchRequest
        {
            BaseDn = options.BaseDn, Filter = options.Filter, Attributes = SyncAttributes.For(options.Attributes),
        };
        stream = await SyncStream.OpenAsync(connection, request, cookie, cancellationToken);
    }

    public ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken) => stream!.ReadAsync(cancellationToken);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
