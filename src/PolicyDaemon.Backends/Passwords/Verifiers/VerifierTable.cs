using System.Collections.Frozen;
using System.Security.Cryptography;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>
/// The schemes in which stored passwords are checked: those of Dovecot 2.3 and 2.4 and of OpenLDAP that need no more than the password. Not the
/// others (CRAM-MD5, DIGEST-MD5, OTP, …), which are for mechanisms with a challenge.
/// </summary>
internal static class VerifierTable
{
    private static readonly FrozenDictionary<string, SchemeReader> Readers = new Dictionary<string, SchemeReader>
    {
        ["PLAIN"] = new(StoredEncoding.Text, stored => new PlainVerifier(stored)),
        ["CLEAR"] = new(StoredEncoding.Text, stored => new PlainVerifier(stored)),
        ["CLEARTEXT"] = new(StoredEncoding.Text, stored => new PlainVerifier(stored)),
        ["CRYPT"] = Crypt(CryptMethod.All),
        ["SHA512-CRYPT"] = Crypt(CryptMethod.Sha512),
        ["SHA256-CRYPT"] = Crypt(CryptMethod.Sha256),
        ["BLF-CRYPT"] = Crypt(CryptMethod.Bcrypt),
        ["MD5-CRYPT"] = Crypt(CryptMethod.Md5),
        ["DES-CRYPT"] = Crypt(CryptMethod.Des),
        ["ARGON2ID"] = new(StoredEncoding.Text, stored => ArgonVerifier.Read(stored, "argon2id")),
        ["ARGON2I"] = new(StoredEncoding.Text, stored => ArgonVerifier.Read(stored, "argon2i")),
        ["ARGON2"] = new(StoredEncoding.Text, stored => ArgonVerifier.Read(stored, kind: null)),
        ["SHA"] = Digest(HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
        ["SHA1"] = Digest(HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
        ["SHA256"] = Digest(HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
        ["SHA384"] = Digest(HashAlgorithmName.SHA384, SHA384.HashSizeInBytes),
        ["SHA512"] = Digest(HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
        ["LDAP-MD5"] = Digest(HashAlgorithmName.MD5, MD5.HashSizeInBytes),
        ["PLAIN-MD5"] = Digest(HashAlgorithmName.MD5, MD5.HashSizeInBytes),
        ["PLAIN-MD4"] = new(StoredEncoding.HexOrBase64, Md4Verifier.Read, LibCrypto.Md4Octets),
        ["SSHA"] = SaltedDigest(HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
        ["SSHA256"] = SaltedDigest(HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
        ["SSHA384"] = SaltedDigest(HashAlgorithmName.SHA384, SHA384.HashSizeInBytes),
        ["SSHA512"] = SaltedDigest(HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
        ["SMD5"] = SaltedDigest(HashAlgorithmName.MD5, MD5.HashSizeInBytes),
        ["PBKDF2"] = new(StoredEncoding.Text, stored => Pbkdf2Verifier.ReadDovecot(stored) ?? Pbkdf2Verifier.ReadOpenLdap(stored, HashAlgorithmName.SHA1, SHA1.HashSizeInBytes)),
        ["PBKDF2-SHA1"] = Pbkdf2(HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
        ["PBKDF2-SHA256"] = Pbkdf2(HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
        ["PBKDF2-SHA512"] = Pbkdf2(HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
        ["SCRAM-SHA-1"] = new(StoredEncoding.Text, stored => ScramVerifier.Read(stored, HashAlgorithmName.SHA1, SHA1.HashSizeInBytes)),
        ["SCRAM-SHA-256"] = new(StoredEncoding.Text, stored => ScramVerifier.Read(stored, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes)),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, as Dovecot and OpenLDAP write them in the braces; <c>MD5</c> is a name of two schemes besides.</summary>
    public static IEnumerable<string> Names => Readers.Keys;

    /// <summary>How data of a scheme is read; null when the scheme is not checked here.</summary>
    /// <param name="data">Tells the two schemes apart that are called MD5: Dovecot's is crypt(3), OpenLDAP's a digest.</param>
    public static SchemeReader? Find(string name, string data) => Readers.GetValueOrDefault(
        !name.Equals("MD5", StringComparison.OrdinalIgnoreCase) ? name : data.StartsWith("$1$", StringComparison.Ordinal) ? "MD5-CRYPT" : "LDAP-MD5");

    private static SchemeReader Crypt(CryptMethod methods) => new(StoredEncoding.Text, stored => CryptVerifier.Read(stored, methods));

    private static SchemeReader Digest(HashAlgorithmName algorithm, int octets) =>
        new(StoredEncoding.HexOrBase64, stored => DigestVerifier.Read(stored, algorithm, octets, isSalted: false), octets);

    private static SchemeReader SaltedDigest(HashAlgorithmName algorithm, int octets) =>
        new(StoredEncoding.Base64, stored => DigestVerifier.Read(stored, algorithm, octets, isSalted: true));

    private static SchemeReader Pbkdf2(HashAlgorithmName algorithm, int octets) =>
        new(StoredEncoding.Text, stored => Pbkdf2Verifier.ReadOpenLdap(stored, algorithm, octets));
}

/// <summary>How the data of one scheme is read.</summary>
/// <param name="Encoding">When none is named.</param>
/// <param name="Read">Null when the data is damaged, or asks for too much work.</param>
/// <param name="Octets">How many they are, where that is fixed; 0 where it is not.</param>
internal sealed record SchemeReader(StoredEncoding Encoding, Func<byte[], IVerifier?> Read, int Octets = 0);
