using PolicyDaemon.Backends.PostgreSql.Counters;

namespace PolicyDaemon.Simulation;

/// <summary>What a call of a node's flusher takes, in seconds. The first two are measured by <c>make bench</c>; the others are a server with an SSD on the same network.</summary>
internal static class StoreTimes
{
    /// <summary>CPU time of PostgreSQL for one call, whatever is in it.</summary>
    public const double PerCall = 200e-6;

    /// <summary>CPU time of PostgreSQL for one message with two limits.</summary>
    public const double PerMessage = 26e-6;

    /// <summary>Until the disk has a commit. Commits of different calls wait together.</summary>
    public const double Commit = 1e-3;

    /// <summary>From a node to the server and back, and between servers.</summary>
    public const double RoundTrip = 0.2e-3;

    /// <summary>Messages in one call.</summary>
    public const int MaxBatch = RequestQueue.MaxBatch;

    /// <summary>Of each server.</summary>
    public const int Cores = 8;
}
