using System.Security.Cryptography;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>
/// A password as a client sent it: octets, never normalized, for no two programs would normalize alike. Cleared when it is disposed, and shown
/// by nothing that prints.
/// </summary>
public sealed class Password : IDisposable
{
    /// <summary>A longer one is nobody's, and would only keep a processor busy.</summary>
    public const int MaxOctets = 1024;

    private readonly byte[] octets;

    /// <param name="octets">Copied, so that whoever received them can clear them.</param>
    public Password(ReadOnlySpan<byte> octets)
    {
        IsUsable = octets.Length is > 0 and <= MaxOctets && !octets.Contains((byte)0);
        this.octets = IsUsable ? octets.ToArray() : [];
    }

    /// <summary>
    /// False: nobody can have this password, since it is empty, too long, or has a NUL in it, where crypt(3) would end it. It is wrong without
    /// asking anyone; an LDAP server would even take an empty one for a login without a person (RFC 4513 section 5.1.2).
    /// </summary>
    public bool IsUsable { get; }

    /// <summary>Empty when it is not usable; zeros once it is disposed.</summary>
    public ReadOnlySpan<byte> Octets => octets;

    /// <inheritdoc cref="Octets"/>
    public ReadOnlyMemory<byte> Memory => octets;

    /// <summary>Overwrites it. Whoever still compares it finds it wrong.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(octets);

    public override string ToString() => "(password)";
}
