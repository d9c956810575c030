namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>A connection to a provider on which its content can be followed.</summary>
internal interface ISyncConnection : IAsyncDisposable
{
    /// <summary>Which entry the base is, and how far the provider is, as far as we may see. Whatever the answer, the provider lives.</summary>
    /// <exception cref="LdapConnectionException">No connection any more.</exception>
    Task<SyncProbe> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Begins the search; once for each connection.</summary>
    /// <param name="cookie">How far we are; null: everything is wanted.</param>
    /// <exception cref="LdapConnectionException">No connection any more.</exception>
    Task StartAsync(SyncCookie? cookie, CancellationToken cancellationToken);

    /// <summary>The next message. After <see cref="SyncEnd"/> there is none.</summary>
    /// <exception cref="LdapConnectionException">The connection is gone, or what came over it was no synchronization.</exception>
    ValueTask<SyncMessage> ReadAsync(CancellationToken cancellationToken);
}
