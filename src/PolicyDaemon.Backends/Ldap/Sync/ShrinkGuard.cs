namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Tells people who leave from a mistake on the server: an emptied subtree, a lost database, an ACL that hides everything.</summary>
internal sealed class ShrinkGuard(SyncOptions options, TimeProvider time)
{
    /// <summary>Deletes that come one by one count together for this long.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Timestamps of the deletes within the window; never more than what is allowed in it.</summary>
    private readonly Queue<long> deletes = new();

    /// <summary>Whether a refresh may take away this many.</summary>
    /// <param name="entries">In the view before.</param>
    /// <param name="left">In the view after.</param>
    public bool AllowsRefresh(int removals, int entries, int left) => removals == 0 || (left > 0 && removals <= Limit(entries));

    /// <summary>Whether one more may go; if so, it is counted.</summary>
    /// <param name="entries">In the view before.</param>
    public bool TryDelete(int entries)
    {
        while (deletes.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Window) deletes.Dequeue();
        if (deletes.Count + 1 > Limit(entries + deletes.Count)) return false;
        deletes.Enqueue(time.GetTimestamp());
        return true;
    }

    private double Limit(int entries) => Math.Max(options.FreeRemovals, options.MaxShrink * entries);
}
