namespace PolicyDaemon.Watch;

/// <summary>When people are told about one subject: of each rise once, of its end once, and not of every swing of an hour.</summary>
internal sealed class NoticePace
{
    /// <summary>The same level is not told again before this.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private WatchLevel open;
    private WatchLevel told;
    private DateTimeOffset? toldAt;

    /// <summary>To be asked at every look.</summary>
    /// <returns>People are to be told that it is so now.</returns>
    public bool IsDue(WatchLevel now, DateTimeOffset at)
    {
        if (now <= open)
        {
            // An end is told only of what was told.
            var hasEnded = now == WatchLevel.Normal && open > WatchLevel.Normal;
            open = now;
            return hasEnded;
        }

        if (now <= told && at - toldAt < Pause) return false;
        (open, told, toldAt) = (now, now, at);
        return true;
    }
}
