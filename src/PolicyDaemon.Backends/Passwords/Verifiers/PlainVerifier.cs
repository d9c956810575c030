using System.Security.Cryptography;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>The password itself.</summary>
internal sealed class PlainVerifier(byte[] stored) : IVerifier
{
    // Of digests, so that the time does not tell the length either.
    public bool Verify(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(stored), SHA256.HashData(password));
}
