using PolicyDaemon.Watch;

namespace PolicyDaemon.Admin;

/// <summary>One thing that is watched for running full.</summary>
/// <param name="Place">The directory that it is about.</param>
/// <param name="Seen">As seen last; null: not yet.</param>
/// <param name="Cause">Why it cannot be looked at; one sentence. Null: it can.</param>
/// <param name="Since">How long that has been so.</param>
internal sealed record WatchReport(WatchSubject Subject, string Place, WatchLevel Level, string? Seen, string? Cause, DateTimeOffset Since);
