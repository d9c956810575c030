using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using PolicyDaemon.Backends.Passwords.Verifiers;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>
/// A password as it is stored, written as Dovecot and OpenLDAP write it: <c>{SCHEME}data</c>. Made in the schemes of
/// <see cref="PasswordScheme"/>, checked in those and in all that others left behind (<see cref="VerifierTable"/>).
/// </summary>
/// <remarks>
/// Passwords are octets, UTF-8 as typed, never normalized. Hashing takes 1 to 100 ms of a core: not for an I/O thread. What it holds is
/// shown by <see cref="Text"/> only, so that it gets into no log by accident.
/// </remarks>
public sealed class PasswordHash
{
    public const int MaxPasswordBytes = Password.MaxOctets;

    /// <summary>bcrypt looks at no more.</summary>
    private const int MaxBcryptBytes = 72;

    // OWASP's smallest Argon2id and bcrypt, and as much work in the other two.
    private const ulong ArgonPasses = 2;
    private const int ArgonBytes = 19 * 1024 * 1024;
    private const uint BcryptCost = 10;
    private const uint ShaRounds = 100_000;

    private const int SaltBytes = 16;

    private readonly IVerifier verifier;

    private PasswordHash(string scheme, string text, IVerifier verifier) => (Scheme, Text, this.verifier) = (scheme, text, verifier);

    /// <summary>Its name as it was written, without an encoding.</summary>
    public string Scheme { get; }

    /// <summary>The form to store; as secret as the password where that is weak.</summary>
    public string Text { get; }

    /// <summary>Why a password cannot be given; null when it can.</summary>
    public static string? FindFault(PasswordScheme scheme, ReadOnlySpan<byte> password) => password.Length switch
    {
        0 => "the password is empty",
        > MaxPasswordBytes => $"the password is longer than {MaxPasswordBytes} octets",
        > MaxBcryptBytes when scheme == PasswordScheme.BlfCrypt =>
            $"BLF-CRYPT looks at the first {MaxBcryptBytes} octets only, and the password is longer",
        _ => password.Contains((byte)0) ? "the password contains NUL" : null,
    };

    /// <summary>Hashes a new password.</summary>
    /// <exception cref="ArgumentException">It cannot be given, see <see cref="FindFault"/>.</exception>
    /// <exception cref="PasswordLibraryException">A library is missing or failed.</exception>
    public static PasswordHash Create(PasswordScheme scheme, ReadOnlySpan<byte> password)
    {
        if (FindFault(scheme, password) is { } fault) throw new ArgumentException(fault, nameof(password));
        var text = scheme switch
        {
            PasswordScheme.Argon2Id => LibSodium.Hash(password, ArgonPasses, ArgonBytes),
            PasswordScheme.Sha512Crypt => LibCrypt.Hash(password, "$6$", ShaRounds),
            PasswordScheme.Sha256Crypt => LibCrypt.Hash(password, "$5$", ShaRounds),
            PasswordScheme.BlfCrypt => LibCrypt.Hash(password, "$2y$", BcryptCost),
            PasswordScheme.Ssha512 => Convert.ToBase64String(SaltedDigest(password, RandomNumberGenerator.GetBytes(SaltBytes))),
            _ => null,
        };

        // In base64, a password of any octets is one word.
        var stored = text is null ? "{PLAIN.B64}" + Convert.ToBase64String(password) : $"{{{PasswordSchemes.NameOf(scheme)}}}{text}";
        return TryParse(stored, out var hash, out var error) ? hash : throw new PasswordLibraryException(error);
    }

    /// <summary>Reads a stored password.</summary>
    /// <param name="error">One sentence that shows nothing of the data.</param>
    /// <returns>False for text without scheme, a scheme that is not checked here, damaged data, or a hash that asks for too much work.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out PasswordHash? hash, [NotNullWhen(false)] out string? error)
    {
        hash = null;
        error = null;
        if (!StoredPassword.TryParse(text, out var parts)) error = "no scheme, {SCHEME}, stands in front of the password";
        else if (VerifierTable.Find(parts.Scheme, parts.Data) is not { } reader) error = "the password's scheme is not one that is checked here";
        else if (!parts.TryDecode(reader.Encoding, reader.Octets, out var octets)) error = "the password's encoding is damaged or unknown";
        else if (reader.Read(octets) is not { } verifier) error = "the hash is damaged, or asks for too much work";
        else hash = new PasswordHash(parts.Scheme, text, verifier);
        return hash is not null;
    }

    /// <summary>A password that is stored as it is, without a scheme.</summary>
    internal static PasswordHash OfClearText(byte[] password) => new("PLAIN", "{PLAIN.B64}" + Convert.ToBase64String(password), new PlainVerifier(password));

    /// <summary>Whether this is the password; what is found out takes as long whether it is right or wrong.</summary>
    /// <exception cref="PasswordLibraryException">A library is missing or failed: whether it is the password is not known.</exception>
    public bool Verify(ReadOnlySpan<byte> password) =>
        password.Length is > 0 and <= MaxPasswordBytes && !password.Contains((byte)0) && verifier.Verify(password);

    public override string ToString() => $"{{{Scheme}}}";

    private static byte[] SaltedDigest(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt) =>
        [.. SHA512.HashData([.. password, .. salt]), .. salt];
}
