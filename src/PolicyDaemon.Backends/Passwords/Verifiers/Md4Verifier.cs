using System.Security.Cryptography;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>PLAIN-MD4: the digest of the password alone.</summary>
internal sealed class Md4Verifier(byte[] digest) : IVerifier
{
    public static Md4Verifier? Read(byte[] stored) => stored.Length == LibCrypto.Md4Octets ? new Md4Verifier(stored) : null;

    public bool Verify(ReadOnlySpan<byte> password) => CryptographicOperations.FixedTimeEquals(digest, LibCrypto.Md4(password));
}
