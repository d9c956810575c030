using System.Net;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>Where messages for the mailboxes are taken by LMTP.</summary>
/// <param name="Cpu">What stands before the mail store has used since its start; zero where nothing does.</param>
internal sealed record LmtpSubject(string Name, EndPoint Endpoint, Func<TimeSpan> Cpu);
