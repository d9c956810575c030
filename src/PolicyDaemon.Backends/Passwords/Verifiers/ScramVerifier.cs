using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>
/// <c>rounds,salt,StoredKey,ServerKey</c> of SCRAM (RFC 5802 section 3), from which a password can be checked without its exchange. The password
/// counts as it was sent, as Dovecot has it: not prepared by SASLprep, which changes only what is not ASCII.
/// </summary>
internal sealed class ScramVerifier : IVerifier
{
    private readonly HashAlgorithmName algorithm;
    private readonly int rounds;
    private readonly byte[] salt;
    private readonly byte[] storedKey;
    private readonly byte[] serverKey;

    private ScramVerifier(HashAlgorithmName algorithm, int rounds, byte[] salt, byte[] storedKey, byte[] serverKey) =>
        (this.algorithm, this.rounds, this.salt, this.storedKey, this.serverKey) = (algorithm, rounds, salt, storedKey, serverKey);

    public static ScramVerifier? Read(byte[] octets, HashAlgorithmName algorithm, int keyOctets)
    {
        if (Encoding.UTF8.GetString(octets).Split(',') is not [var rounds, var salt, var storedKey, var serverKey]) return null;
        if (!Pbkdf2Verifier.TryReadRounds(rounds, out var number)) return null;
        if (Decode(salt) is not { Length: > 0 } saltOctets || Decode(storedKey) is not { } stored || Decode(serverKey) is not { } server) return null;
        return stored.Length == keyOctets && server.Length == keyOctets ? new ScramVerifier(algorithm, number, saltOctets, stored, server) : null;
    }

    public bool Verify(ReadOnlySpan<byte> password)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, algorithm, storedKey.Length);
        var clientKey = CryptographicOperations.HmacData(algorithm, salted, "Client Key"u8);
        var isClient = CryptographicOperations.FixedTimeEquals(storedKey, CryptographicOperations.HashData(algorithm, clientKey));
        return isClient & CryptographicOperations.FixedTimeEquals(serverKey, CryptographicOperations.HmacData(algorithm, salted, "Server Key"u8));
    }

    private static byte[]? Decode(string text) => Base64.IsValid(text) ? Convert.FromBase64String(text) : null;
}
