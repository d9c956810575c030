namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What following the providers has come to: the replica, when somebody was last heard, and what is wrong. Readers take no lock.</summary>
internal sealed class SyncFollowed(SyncReplica replica, LastHeard heard, SyncReports reports)
{
    private volatile bool isUnsupported;
    private volatile SyncCondition condition = SyncCondition.Begin;

    /// <summary>The providers do not offer RFC 4533, as far as they could be asked.</summary>
    public bool IsUnsupported => isUnsupported;

    public SyncReplica Replica => replica;

    public SyncReports Reports => reports;

    public SyncCondition Condition => condition;

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
        isUnsupported = false;
        Lags(url, null);
        var (changed, removed) = replica.LastRefresh;
        reports.Refreshed(new SyncRefreshed(url, changed, removed, replica.Picture.View.Count, took));
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
        isUnsupported = true;
    }
}
