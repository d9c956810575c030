using System.Security.Cryptography;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>
/// What all auth connections of one daemon have in common. Dovecot believes a REQUEST's answer only when SPID is the same as at the login, so
/// it is one number on all sockets; after a restart it is the same when the logins in between were handed over, else another one.
/// </summary>
/// <param name="earlier">What the daemon before this one has left.</param>
public sealed class AuthInstance(TimeProvider time, PendingLogins? earlier = null)
{
    private uint connections = earlier?.Connections ?? 0;

    /// <summary>What the next daemon needs to know when this one has ended.</summary>
    public PendingLogins Pending => new(ServerId, connections, Logins.All);

    /// <summary>SPID: never 0. Dovecot's is its process id; nothing depends on that.</summary>
    internal uint ServerId { get; } = earlier?.ServerId ?? (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    internal LoginMemory Logins { get; } = new(time, earlier?.Logins ?? []);

    /// <summary>CUID: unique among the connections of this daemon.</summary>
    internal uint NextConnectionId() => Interlocked.Increment(ref connections);

    /// <summary>COOKIE: 32 hexadecimal digits.</summary>
    internal static string NewCookie() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
