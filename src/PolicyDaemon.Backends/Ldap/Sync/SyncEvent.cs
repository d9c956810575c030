namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>What an administrator should hear about a replication. Told once for each change, on any thread.</summary>
public abstract record SyncEvent;

/// <summary>A provider is followed and the view has all that it has.</summary>
/// <param name="Provider">Its URL.</param>
/// <param name="Changed">Entries that the refresh added or changed.</param>
/// <param name="Removed">Entries that it took away.</param>
/// <param name="Entries">In the view now.</param>
/// <param name="Took">From the search to the end of the refresh.</param>
public sealed record SyncRefreshed(string Provider, int Changed, int Removed, int Entries, TimeSpan Took) : SyncEvent;

/// <summary>No provider can be followed. The view goes on answering.</summary>
/// <param name="Cause">One line; of several providers, what each said.</param>
/// <param name="Advice">What to do, where that can be said; else null.</param>
public sealed record SyncInterrupted(string Cause, string? Advice) : SyncEvent;

/// <summary>Nobody was heard for as long as a cut-off node may keep silent about it (30 s), or for as long as the view counts.</summary>
/// <param name="IsStale">True: from now on nothing is answered from the view.</param>
public sealed record SyncSilent(TimeSpan Age, bool IsStale) : SyncEvent;

/// <summary>The view is not there, or not any more: a server is asked for each question instead.</summary>
public sealed record SyncFellBack(string Cause) : SyncEvent;

/// <summary>Questions are answered from the view from now on.</summary>
/// <param name="IsSaved">From the one saved before the restart, no provider having been heard yet.</param>
public sealed record SyncViewUsed(int Entries, TimeSpan Age, bool IsSaved) : SyncEvent;

/// <summary>The provider lost so many entries that it is likelier a mistake: they stay.</summary>
/// <param name="Total">Entries in the view, those among them.</param>
public sealed record SyncWithheld(string Provider, int Withheld, int Total, string Advice) : SyncEvent;

/// <summary>The provider is behind what the view knows: restored from a backup, or a replica that lags.</summary>
/// <param name="Older">Entries of which it has an older state.</param>
public sealed record SyncProviderBehind(string Provider, int Older, string Cause, string Advice) : SyncEvent;

/// <summary>What was withheld, or older on the provider, is settled: by an administrator, or because the content came back.</summary>
public sealed record SyncSettled(string Provider, string Cause) : SyncEvent;

/// <summary>Two entries claim one login, or share one address.</summary>
/// <param name="Key">The login or the address.</param>
/// <param name="Dns">Of those entries, at most <see cref="MaxDns"/>.</param>
public sealed record SyncConflict(string Key, IReadOnlyList<string> Dns, bool IsLogin) : SyncEvent
{
    /// <summary>Nobody reads more in one line.</summary>
    internal const int MaxDns = 8;
}

/// <summary>The saved view could not be read or written.</summary>
public sealed record SyncSavedViewProblem(string Path, string Cause) : SyncEvent;
