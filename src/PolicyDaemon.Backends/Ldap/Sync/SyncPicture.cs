namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>A replica at one moment, immutable: what readers on any thread see of it.</summary>
internal sealed record SyncPicture
{
    public static readonly SyncPicture Empty = new() { View = AccountView.Empty };

    public required AccountView View { get; init; }

    /// <summary>How far the view is; null: no provider has said.</summary>
    public SyncCookie? Cookie { get; init; }

    /// <summary>Who gave the cookie.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether the view is not exactly what the provider has, so that the next refresh must name everything.</summary>
    public bool Differs { get; init; }

    /// <summary>Whether a refresh was applied, or a saved view loaded; false: the view is empty because nothing is known.</summary>
    public bool IsKnown { get; init; }

    /// <summary>The provider does not know all that we know.</summary>
    public bool IsProviderBehind { get; init; }

    public int Older { get; init; }

    public int Withheld { get; init; }

    public long Changes { get; init; }

    public DateTimeOffset? LastChange { get; init; }
}
