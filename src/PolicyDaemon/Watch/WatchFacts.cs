using PolicyDaemon.Wire.PostfixQueue;

namespace PolicyDaemon.Watch;

/// <summary>What was seen last, for the metrics.</summary>
/// <param name="Queue">Null: it cannot be looked at.</param>
internal sealed record WatchFacts(
    IReadOnlyList<(WatchSubject Subject, FileSystemUse Use)> Disks,
    IReadOnlyList<(WatchSubject Subject, WatchLevel Level)> Levels,
    QueueListing? Queue,
    TimeSpan QueueAge);
