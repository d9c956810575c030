namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Whether the view keeps up with what the provider says of itself when it is probed.</summary>
internal sealed class SyncLag(TimeProvider time)
{
    /// <summary>A change on its way is no lag.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>After this long the changes do not come any more.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private SyncCookie? awaited;
    private long since;

    /// <summary>Whether something that the provider has is expected at this moment.</summary>
    public bool IsAwaiting => awaited is not null;

    /// <summary>How long the view has been without something that the provider has; zero: it is not, or not for long.</summary>
    public TimeSpan Behind { get; private set; }

    /// <param name="seen">The provider's <c>contextCSN</c>; null where it cannot be read, and then nothing is known about lag.</param>
    /// <param name="ours">How far the view is.</param>
    public void Look(SyncCookie? seen, SyncCookie? ours)
    {
        if (awaited is not null && (ours is null || ours.Reaches(awaited))) awaited = null;
        if (awaited is null && seen is not null && ours is not null && !ours.Reaches(seen)) (awaited, since) = (seen, time.GetTimestamp());
        var behind = awaited is null ? TimeSpan.Zero : time.GetElapsedTime(since);
        Behind = behind > Grace ? behind : TimeSpan.Zero;
    }
}
