namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How following a provider ended, or why it could not begin.</summary>
/// <param name="Cause">One line that names no server.</param>
/// <param name="Advice">What an administrator can do; null: nothing in particular.</param>
internal sealed record SyncEnding(SyncEndingKind Kind, string Cause, string? Advice = null)
{
    /// <summary>The provider was followed, at least to the end of the refresh.</summary>
    public bool WasFollowed { get; init; }

    /// <summary>The provider was followed for a while after its refresh: what ended was not broken from the beginning.</summary>
    public bool WasWell { get; init; }

    public static SyncEnding Again(string cause) => new(SyncEndingKind.Again, cause);
}

internal enum SyncEndingKind
{
    /// <summary>No connection, or it is gone: a server that restarts, a network that is cut.</summary>
    Lost,

    /// <summary>The provider gives up, for reasons that pass.</summary>
    Failed,

    /// <summary>Somebody has to change a configuration, here or there.</summary>
    Misconfigured,

    /// <summary>The provider does not offer RFC 4533.</summary>
    Unsupported,

    /// <summary>The provider knows less than we do.</summary>
    Behind,

    /// <summary>To be followed again at once; what is needed for that is known.</summary>
    Again,

    /// <summary>To be followed again at once, without cookie.</summary>
    RefreshRequired,
}
