using PolicyDaemon.Watch;

namespace PolicyDaemon.Alerts;

/// <summary>When people are told about one subject: of what has lasted, of each rise once, of its end once.</summary>
internal sealed class AlertPace
{
    private readonly NoticePace pace = new();
    private DateTimeOffset? warningSince;
    private DateTimeOffset? criticalSince;

    /// <summary>To be asked at every look.</summary>
    /// <param name="after">It must have lasted so long.</param>
    /// <returns>What people are to be told now; null: nothing.</returns>
    public WatchLevel? FindDue(WatchLevel now, DateTimeOffset at, TimeSpan after)
    {
        warningSince = now >= WatchLevel.Warning ? warningSince ?? at : null;
        criticalSince = now >= WatchLevel.Critical ? criticalSince ?? at : null;
        var lasting = Lasts(criticalSince) ? WatchLevel.Critical : Lasts(warningSince) ? WatchLevel.Warning : WatchLevel.Normal;

        // What is not well has not ended, however short it has been so.
        if (lasting == WatchLevel.Normal && now != WatchLevel.Normal) return null;
        return pace.IsDue(lasting, at) ? lasting : null;

        bool Lasts(DateTimeOffset? since) => since is { } moment && at - moment >= after;
    }
}
