using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Admin;

/// <summary>What questions to a source that is kept in memory are answered from.</summary>
internal enum AnswersFrom
{
    /// <summary>The view is too old: nothing is answered.</summary>
    Nothing,

    /// <summary>The accounts in memory.</summary>
    View,

    /// <summary>A server is asked each time: there is no view so far, or the server cannot be followed.</summary>
    Server,
}

/// <summary>How a source is that is kept in memory.</summary>
/// <param name="Provider">The server that is followed, or was last; null: none so far.</param>
/// <param name="Cause">Why there is no connection, or why it lags; null: nothing is wrong.</param>
/// <param name="Entries">Accounts in memory.</param>
/// <param name="AgeMs">Since a server was last heard; null: none was.</param>
/// <param name="StaleForMs">The age at which the accounts count no more.</param>
/// <param name="LastChange">When they last changed; null: not since the start.</param>
/// <param name="Cookie">How far they have come, as the server writes it.</param>
/// <param name="Changes">Applied since the start.</param>
/// <param name="Withheld">Accounts that the server has not any more, kept until an administrator confirms.</param>
/// <param name="Older">Accounts of which the server has an older state.</param>
/// <param name="Conflicts">Logins and addresses that more than one entry claims.</param>
internal sealed record SyncReport(
    SyncConnection Connection,
    AnswersFrom AnswersFrom,
    string? Provider,
    string? Cause,
    int Entries,
    long? AgeMs,
    long StaleForMs,
    bool IsStale,
    DateTimeOffset? LastChange,
    string? Cookie,
    long Changes,
    int Withheld,
    int Older,
    int Conflicts)
{
    public static SyncReport Of(SyncStatus status, TimeSpan staleFor) => new(
        status.Connection,
        status.IsStale ? AnswersFrom.Nothing : status.IsViewUsed ? AnswersFrom.View : AnswersFrom.Server,
        status.Provider,
        status.Cause,
        status.Entries,
        (long?)status.Age?.TotalMilliseconds,
        (long)staleFor.TotalMilliseconds,
        status.IsStale,
        status.LastChange,
        status.Cookie,
        status.Changes,
        status.Withheld,
        status.Older,
        status.Conflicts);
}
