namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>A connection to a provider on which its content can be followed.</summary>
internal interface ISyncConnection : IAsyncDisposable
{
    /// <summary>How far the provider is: <c>contextCSN</c> of the base; null where that cannot be read. Whatever the answer, the provider lives.</summary>
    /// <exception cref="LdapConnectionException">No answer in time, or no connection any more.</exception>
    Task<SyncCookie?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Begins the search; once for each connection.</summary>
    /// <param name="cookie">How far we are; null: everything is wanted.</param>
    /// <exception cref="LdapConnectionException">No connection any more.</exception>
    Task StartAsync(SyncCookie? cookie, CancellationToken cancellationToken);

    /// <summary>The next message. After <see cref="SyncEnd"/> there is none.</summary>
    /// <exception cref="LdapConnectionException">The connection is gone, or what came over it was no synchronization.</exception>
    ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken);
}
