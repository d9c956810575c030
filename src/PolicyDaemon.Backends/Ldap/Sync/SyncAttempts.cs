namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What became of the attempts to follow one provider, and when the next is due.</summary>
internal sealed class SyncAttempts(LdapUrl url, TimeProvider time, Func<double> chance)
{
    private readonly SyncBackoff backoff = new(time, chance);
    private long endedAt;
    private TimeSpan pause;

    public LdapUrl Url => url;

    /// <summary>How the last attempt ended; null: there was none, or it went well.</summary>
    public SyncEnding? Ending { get; private set; }

    /// <summary>Zero or less: the next attempt is due.</summary>
    public TimeSpan DueIn => Ending is null ? TimeSpan.Zero : pause - time.GetElapsedTime(endedAt);

    public void Well()
    {
        Ending = null;
        backoff.Reset();
    }

    public void Failed(SyncEnding ending)
    {
        (Ending, endedAt, pause) = (ending, time.GetTimestamp(), backoff.Next(ending.Kind));
    }

    public override string ToString() => $"{url}: {Ending?.Cause}";
}
