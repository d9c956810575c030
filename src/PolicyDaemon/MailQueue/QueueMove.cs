using PolicyDaemon.Doctor;

namespace PolicyDaemon.MailQueue;

/// <param name="QueueIds">Those that were there to be moved.</param>
/// <param name="Failure">Why the others were not; null: they have left the queue meanwhile.</param>
internal sealed record QueueMove(IReadOnlySet<string> QueueIds, InstallationException? Failure);
