using PolicyDaemon.Wire.Lmtp;

namespace PolicyDaemon.Configuration;

/// <summary>The way from Postfix's LMTP client to the mail store.</summary>
/// <param name="Backends">At least one; with several all deliver to the same mailboxes, and the first that answers is used.</param>
/// <param name="Keep">How long the ledger keeps deliveries.</param>
/// <param name="Rules">How messages are treated on the way.</param>
internal sealed record LmtpOptions(IReadOnlyList<EndpointAddress> Backends, TimeSpan Keep, LmtpRules Rules);
