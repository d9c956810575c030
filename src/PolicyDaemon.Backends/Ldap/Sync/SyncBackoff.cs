namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>How long to wait before the providers are tried again.</summary>
internal sealed class SyncBackoff(TimeProvider time, Func<double> chance)
{
    /// <summary>Changes are to be in force within a second after a server is back, so a server that is away is looked for this often …</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(250);

    /// <summary>… for this long; a restart or an update takes no longer.</summary>
    private static readonly TimeSpan QuickFor = TimeSpan.FromMinutes(5);

    private static readonly Backoff Steady = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    private long? since;
    private int failures;

    /// <summary>A provider is followed.</summary>
    public void Reset() => (since, failures) = (null, 0);

    /// <param name="kind">How the round ended that reached least.</param>
    public TimeSpan Next(SyncEndingKind kind)
    {
        since ??= time.GetTimestamp();
        if (kind == SyncEndingKind.Lost && time.GetElapsedTime(since.Value) < QuickFor) return new Backoff(Quick, Quick).Delay(1, chance());
        failures++;
        var isSlow = kind is SyncEndingKind.Misconfigured or SyncEndingKind.Unsupported;
        return (isSlow ? LdapBackoff.RefusedBind : Steady).Delay(failures, chance());
    }
}
