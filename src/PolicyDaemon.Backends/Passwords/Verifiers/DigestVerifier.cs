using System.Security.Cryptography;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>One digest of the password and what stands behind the digest, its salt.</summary>
internal sealed class DigestVerifier : IVerifier
{
    private const int MaxSaltOctets = 256;

    private readonly HashAlgorithmName algorithm;
    private readonly byte[] digest;
    private readonly byte[] salt;

    private DigestVerifier(HashAlgorithmName algorithm, byte[] digest, byte[] salt) => (this.algorithm, this.digest, this.salt) = (algorithm, digest, salt);

    /// <returns>Null when it has not the digest's length, and where there must be a salt, one.</returns>
    public static DigestVerifier? Read(byte[] stored, HashAlgorithmName algorithm, int digestOctets, bool isSalted)
    {
        var saltOctets = stored.Length - digestOctets;
        return (isSalted ? saltOctets is > 0 and <= MaxSaltOctets : saltOctets == 0)
            ? new DigestVerifier(algorithm, stored[..digestOctets], stored[digestOctets..])
            : null;
    }

    public bool Verify(ReadOnlySpan<byte> password)
    {
        byte[] salted = [.. password, .. salt];
        try
        {
            return CryptographicOperations.FixedTimeEquals(digest, CryptographicOperations.HashData(algorithm, salted));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(salted);
        }
    }
}
