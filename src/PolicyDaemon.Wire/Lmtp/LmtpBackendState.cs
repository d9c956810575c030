namespace PolicyDaemon.Wire.Lmtp;

/// <summary>How a mail store is at a moment.</summary>
/// <param name="Answers">Null: it was not needed yet.</param>
/// <param name="Since">How long that has been so; null with <paramref name="Answers"/>.</param>
/// <param name="Cause">Why it failed last, also when it answers again; null: never yet.</param>
/// <param name="Connections">To it, those that are idle included.</param>
/// <param name="Idle">Kept for the next message.</param>
public sealed record LmtpBackendState(string Name, bool? Answers, DateTimeOffset? Since, string? Cause, int Connections, int Idle);
