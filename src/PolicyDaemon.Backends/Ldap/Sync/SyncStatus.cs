namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How a replication is at this moment, for <c>status</c>, metrics and <c>ask</c>.</summary>
public sealed record SyncStatus
{
    public required SyncConnection Connection { get; init; }

    /// <summary>The provider that is followed, or was last; null: none so far.</summary>
    public string? Provider { get; init; }

    /// <summary>Why there is no connection, or why it lags; null: nothing is wrong.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether questions are answered from the view; false: by asking a server each time, or not at all.</summary>
    public required bool IsViewUsed { get; init; }

    /// <summary>The view is older than it may be: nothing is answered from it.</summary>
    public required bool IsStale { get; init; }

    /// <summary>Accounts in the view.</summary>
    public required int Entries { get; init; }

    /// <summary>Time since a provider was last heard; null: no view so far.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>When the view last changed, by our clock; null: not since the start.</summary>
    public DateTimeOffset? LastChange { get; init; }

    /// <summary>How far the view has come, as the provider writes it; null: nothing followed yet.</summary>
    public string? Cookie { get; init; }

    /// <summary>Changes applied since the start.</summary>
    public long Changes { get; init; }

    /// <summary>Accounts that the provider has not any more, kept until an administrator confirms.</summary>
    public int Withheld { get; init; }

    /// <summary>Accounts of which the provider has an older state than the view, which stays.</summary>
    public int Older { get; init; }

    /// <summary>Logins and addresses that more than one entry claims.</summary>
    public int Conflicts { get; init; }
}

/// <summary>What there is between a consumer and its provider.</summary>
public enum SyncConnection
{
    /// <summary>None; the next attempt follows.</summary>
    Disconnected,

    /// <summary>The content, or what changed in it, is on its way.</summary>
    Refreshing,

    /// <summary>Changes are in force milliseconds after they are made.</summary>
    Connected,

    /// <summary>Connected, but one of the two is behind the other; <see cref="SyncStatus.Cause"/> says which.</summary>
    Lagging,

    /// <summary>The server does not offer RFC 4533.</summary>
    Unsupported,
}
