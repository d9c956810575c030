using PolicyDaemon.Watch;

namespace PolicyDaemon.Alerts;

/// <summary>How something stands that people may have to be told about.</summary>
/// <param name="Subject">As <c>policydaemon status</c> calls it, or <c>guard</c>.</param>
/// <param name="Event">What a webhook calls this kind of notice.</param>
/// <param name="Seen">One sentence; a peer's own words last.</param>
/// <param name="Effect">What that means for mail and logins.</param>
/// <param name="Look">The command that shows more.</param>
internal sealed record Standing(string Subject, string Event, WatchLevel Level, string Seen, string Effect, string Look);
