using System.Security.Cryptography;

namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>
/// What all auth connections of one daemon have in common. Dovecot believes a REQUEST's answer only when SPID is the same as at the login, so
/// it is one number on all sockets, and another one after a restart, when the logins in between are forgotten.
/// </summary>
public sealed class AuthInstance(TimeProvider time)
{
    private uint connections;

    /// <summary>SPID: never 0. Dovecot's is its process id; nothing depends on that.</summary>
    internal uint ServerId { get; } = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    internal LoginMemory Logins { get; } = new(time);

    /// <summary>CUID: unique among the connections of this daemon.</summary>
    internal uint NextConnectionId() => Interlocked.Increment(ref connections);

    /// <summary>COOKIE: 32 hexadecimal digits.</summary>
    internal static string NewCookie() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
