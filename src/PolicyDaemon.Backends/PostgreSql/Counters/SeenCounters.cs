namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>What a peek has seen: only keys of which so much is used that it matters.</summary>
internal sealed class SeenCounters
{
    /// <summary>Microseconds of the store's clock.</summary>
    public long Now { get; set; }

    public Dictionary<string, StoredSlices> Slices { get; } = new(StringComparer.Ordinal);
}
