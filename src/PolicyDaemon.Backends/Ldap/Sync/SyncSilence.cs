namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Says when nobody was heard for long: after <see cref="Longest"/>, and when the view counts no more; again each hour.</summary>
internal sealed class SyncSilence(LastHeard heard, TimeSpan staleFor, Action<SyncEvent> report, TimeProvider time)
{
    /// <summary>A node that is cut off may keep silent about it for this long.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private bool? saidStale;
    private long saidAt;

    public void Look()
    {
        var age = heard.Age ?? TimeSpan.Zero;
        var isStale = age > staleFor;
        if (age < Longest && !isStale)
        {
            saidStale = null;
            return;
        }

        if (saidStale == isStale && time.GetElapsedTime(saidAt) < SyncReports.RepeatEvery) return;
        (saidStale, saidAt) = (isStale, time.GetTimestamp());
        report(new SyncSilent(age, isStale));
    }
}
