using System.Security.Cryptography;
using System.Text;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>A hash of crypt(3). Of bcrypt only the first 72 octets of the password count, of DES the first 8, as everywhere.</summary>
internal sealed class CryptVerifier : IVerifier
{
    private readonly string hash;

    private CryptVerifier(string hash) => this.hash = hash;

    /// <returns>Null when it is no complete hash of one of the methods, or asks for too much work.</returns>
    public static CryptVerifier? Read(byte[] octets, CryptMethod methods)
    {
        var text = Encoding.UTF8.GetString(octets);
        return (CryptSettings.Find(text) & methods) != CryptMethod.None ? new CryptVerifier(text) : null;
    }

    public bool Verify(ReadOnlySpan<byte> password) => LibCrypt.Crypt(password, hash) is { } computed
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(computed));
}
