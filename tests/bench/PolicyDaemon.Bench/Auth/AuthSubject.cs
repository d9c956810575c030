using System.Net;

namespace PolicyDaemon.Bench.Auth;

/// <summary>A server of Dovecot's auth client protocol.</summary>
/// <param name="Cpu">What it has used since its start; the directories that it asks not included.</param>
internal sealed record AuthSubject(string Name, EndPoint Endpoint, Func<TimeSpan> Cpu);
