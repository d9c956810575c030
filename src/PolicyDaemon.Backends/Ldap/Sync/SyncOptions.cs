namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How the content of a directory is kept in memory, beside how it is reached (<see cref="LdapOptions"/>).</summary>
public sealed record SyncOptions
{
    /// <summary>How long the view counts after a provider was last heard; past it the answer is Unavailable.</summary>
    public TimeSpan StaleFor { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Where the view is kept for the time after a restart; null: nowhere.</summary>
    public string? SavedView { get; init; }

    /// <summary>
    /// The share of the entries, 0 to 1, that may go at once; of more, a mistake on the server is likelier than as many people leaving, and
    /// they stay until an administrator confirms.
    /// </summary>
    public double MaxShrink { get; init; } = 0.2;

    /// <summary>Removals that are never held back, whatever share they are, as long as something is left.</summary>
    public int FreeRemovals { get; init; } = 10;
}
