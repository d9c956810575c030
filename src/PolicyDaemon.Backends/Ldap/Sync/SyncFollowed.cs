namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What following the providers has come to: the replica, when somebody was last heard, and what is wrong. Readers take no lock.</summary>
/// <remarks>Written by whoever follows, one at a time.</remarks>
internal sealed class SyncFollowed(SyncReplica replica, LastHeard heard, SyncReports reports)
{
    private volatile SyncCondition condition = SyncCondition.Begin;
    private volatile bool isViewUsed;
    private bool hasSaidUse;
    private long refreshes;

    public SyncReplica Replica => replica;

    public SyncReports Reports => reports;

    public SyncCondition Condition => condition;

    /// <summary>Whether questions are answered from the view: there is one, and the providers can be followed as far as is known.</summary>
    public bool IsViewUsed => isViewUsed;

    /// <summary>Refreshes applied so far.</summary>
    public long Refreshes => Interlocked.Read(ref refreshes);

    /// <summary>A provider is alive and the view is what it has.</summary>
    public void Heard()
    {
        heard.Now();
        reports.Look(replica.Picture, condition.Provider);
    }

    public void Connecting(string url) => condition = new SyncCondition(SyncConnection.Refreshing, url, null);

    public void Refreshed(string url, TimeSpan took)
    {
        heard.Now();
        Lags(url, null);
        Interlocked.Increment(ref refreshes);
        var (changed, removed) = replica.LastRefresh;
        reports.Refreshed(new SyncRefreshed(url, changed, removed, replica.Picture.View.Count, took));
        Use(isSaved: false);
    }

    /// <param name="cause">Null: it does not, unless the provider itself is behind.</param>
    public void Lags(string url, string? cause)
    {
        cause ??= replica.Picture.IsProviderBehind ? "the provider is behind what is known already" : null;
        condition = new SyncCondition(cause is null ? SyncConnection.Connected : SyncConnection.Lagging, url, cause);
    }

    public void Lost(string? url, string cause) => condition = new SyncCondition(SyncConnection.Disconnected, url ?? condition.Provider, cause);

    public void Unsupported(string cause)
    {
        condition = new SyncCondition(SyncConnection.Unsupported, condition.Provider, cause);
        FallBack(cause);
    }

    /// <param name="isSaved">The view is the one from before the restart.</param>
    public void Use(bool isSaved)
    {
        if (isViewUsed) return;
        isViewUsed = hasSaidUse = true;
        reports.Tell(new SyncViewUsed(replica.Picture.View.Count, heard.Age ?? TimeSpan.Zero, isSaved));
    }

    /// <summary>From now on servers are asked for each question.</summary>
    public void FallBack(string cause)
    {
        if (hasSaidUse && !isViewUsed) return;
        isViewUsed = false;
        hasSaidUse = true;
        reports.Tell(new SyncFellBack(cause));
    }
}
