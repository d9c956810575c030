namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Where a node keeps its own charges.</summary>
public sealed record JournalOptions
{
    /// <summary>A directory for these files alone; made when it is not there. Open to its owner only.</summary>
    public required string Directory { get; init; }

    /// <summary>Length of the longest window of a limit: older charges count nowhere.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(1);

    /// <summary>All files together. What the store has is dropped earlier for it; when what it has not needs more, nothing more is charged here.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>One file.</summary>
    public int SegmentBytes { get; init; } = 8 << 20;
}
