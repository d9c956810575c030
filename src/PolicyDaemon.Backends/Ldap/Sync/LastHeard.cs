namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>When a provider last confirmed that the view is what it has. Written by one, read by many without a lock.</summary>
internal sealed class LastHeard(TimeProvider time)
{
    private long heardAt = long.MinValue;

    /// <summary>Null: never.</summary>
    public TimeSpan? Age
    {
        get
        {
            var at = Volatile.Read(ref heardAt);
            return at == long.MinValue ? null : time.GetElapsedTime(at);
        }
    }

    public void Now() => Volatile.Write(ref heardAt, time.GetTimestamp());

    /// <summary>Before this process began, so long ago.</summary>
    public void Before(TimeSpan age) =>
        Volatile.Write(ref heardAt, time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency));
}
