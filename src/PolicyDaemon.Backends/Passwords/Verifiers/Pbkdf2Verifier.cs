using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>PBKDF2 (RFC 8018), as Dovecot writes it and as OpenLDAP does.</summary>
internal sealed class Pbkdf2Verifier : IVerifier
{
    /// <summary>About a second on one core, with SHA-512; OWASP asks for 1,300,000 with SHA-1.</summary>
    internal const int MaxRounds = 2_000_000;

    private readonly HashAlgorithmName algorithm;
    private readonly int rounds;
    private readonly byte[] salt;
    private readonly byte[] key;

    private Pbkdf2Verifier(HashAlgorithmName algorithm, int rounds, byte[] salt, byte[] key) =>
        (this.algorithm, this.rounds, this.salt, this.key) = (algorithm, rounds, salt, key);

    /// <summary><c>$1$salt$rounds$hex</c>, where the salt is used as it is written (Dovecot 2.3.19 password-scheme-pbkdf2.c).</summary>
    public static Pbkdf2Verifier? ReadDovecot(byte[] octets)
    {
        if (Encoding.UTF8.GetString(octets).Split('$') is not ["", "1", var salt, var rounds, { Length: 2 * SHA1.HashSizeInBytes } hex]) return null;
        return TryReadRounds(rounds, out var number) && hex.All(char.IsAsciiHexDigit)
            ? new Pbkdf2Verifier(HashAlgorithmName.SHA1, number, Encoding.UTF8.GetBytes(salt), Convert.FromHexString(hex))
            : null;
    }

    /// <summary><c>rounds$salt$key</c>, both in base64 with a dot for the plus and no padding (slapd-pw-pbkdf2(5)).</summary>
    public static Pbkdf2Verifier? ReadOpenLdap(byte[] octets, HashAlgorithmName algorithm, int keyOctets)
    {
        if (Encoding.UTF8.GetString(octets).Split('$') is not [var rounds, var saltText, var keyText]) return null;
        return TryReadRounds(rounds, out var number) && Decode(saltText) is { Length: > 0 } salt && Decode(keyText) is { } key && key.Length == keyOctets
            ? new Pbkdf2Verifier(algorithm, number, salt, key)
            : null;
    }

    public bool Verify(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(key, Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, algorithm, key.Length));

    internal static bool TryReadRounds(string text, out int rounds) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds is > 0 and <= MaxRounds;

    private static byte[]? Decode(string text)
    {
        var standard = text.Replace('.', '+');
        var padded = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        return Base64.IsValid(padded) ? Convert.FromBase64String(padded) : null;
    }
}
