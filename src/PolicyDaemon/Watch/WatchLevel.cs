namespace PolicyDaemon.Watch;

/// <summary>How near something is to running full.</summary>
internal enum WatchLevel
{
    Normal,
    Warning,
    Critical,
}

/// <summary>What is watched.</summary>
internal enum WatchSubject
{
    /// <summary>The disk with the mailboxes.</summary>
    MailStore,

    /// <summary>The disk with Postfix's queue.</summary>
    QueueDisk,

    /// <summary>The disk with what the daemon keeps for itself.</summary>
    StateDisk,

    /// <summary>How many messages wait.</summary>
    QueueMessages,

    /// <summary>How long the oldest of them has waited.</summary>
    QueueAge,
}

/// <summary>When one level becomes another. Rises at once; falls only when there is a tenth to spare, so that nothing flaps at an edge.</summary>
internal static class WatchLevels
{
    private const double Release = 1 / 1.1;

    /// <param name="warning">How much of what the threshold allows is used up, as <see cref="OfFree"/> or <see cref="OfUsed"/> say; 1 is the threshold.</param>
    /// <param name="critical">The same of the critical threshold.</param>
    public static WatchLevel Next(WatchLevel before, double warning, double critical) =>
        IsAt(critical, before >= WatchLevel.Critical) ? WatchLevel.Critical
        : IsAt(warning, before >= WatchLevel.Warning) ? WatchLevel.Warning
        : WatchLevel.Normal;

    /// <summary>Of something that must not become too little. A threshold of 0 is never reached.</summary>
    public static double OfFree(double free, double threshold) => threshold <= 0 ? 0 : threshold / Math.Max(free, double.Epsilon);

    /// <summary>Of something that must not become too much.</summary>
    public static double OfUsed(double used, double threshold) => used / threshold;

    private static bool IsAt(double pressure, bool wasThere) => pressure >= 1 || (wasThere && pressure > Release);
}
