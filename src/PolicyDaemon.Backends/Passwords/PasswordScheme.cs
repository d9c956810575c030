using System.Collections.Frozen;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>The schemes, by Dovecot's names, in which hashes are made and checked here.</summary>
public enum PasswordScheme
{
    /// <summary>The default, see <see cref="PasswordSchemes.Default"/>.</summary>
    Argon2Id,

    /// <summary>crypt(3) with <c>$6$</c>: for systems whose Dovecot has no libsodium, and for PAM or LDAP <c>{CRYPT}</c>.</summary>
    Sha512Crypt,

    /// <summary>crypt(3) with <c>$5$</c>.</summary>
    Sha256Crypt,

    /// <summary>bcrypt, <c>$2y$</c>: only the first 72 octets of a password would count, so longer ones are refused.</summary>
    BlfCrypt,

    /// <summary>One salted SHA-512: a guesser tries thousands of millions a second. For old clients of the table only.</summary>
    Ssha512,

    /// <summary>The password itself. For tests and demonstrations.</summary>
    Plain,
}

/// <summary>Names of schemes.</summary>
public static class PasswordSchemes
{
    /// <summary>
    /// ARGON2ID: the only one of these that makes guessing cost memory as well as time (RFC 9106), and Debian's Dovecot can check
    /// it. Made with 19 MiB and 2 passes, so that an IMAP client that logs in for every folder costs neither a core nor more memory
    /// than Dovecot's auth process may have.
    /// </summary>
    public const PasswordScheme Default = PasswordScheme.Argon2Id;

    private static readonly (PasswordScheme Scheme, string Name)[] Table =
    [
        (PasswordScheme.Argon2Id, "ARGON2ID"),
        (PasswordScheme.Sha512Crypt, "SHA512-CRYPT"),
        (PasswordScheme.Sha256Crypt, "SHA256-CRYPT"),
        (PasswordScheme.BlfCrypt, "BLF-CRYPT"),
        (PasswordScheme.Ssha512, "SSHA512"),
        (PasswordScheme.Plain, "PLAIN"),
    ];

    private static readonly FrozenDictionary<string, PasswordScheme> ByName = Table
        .Append((PasswordScheme.Plain, "CLEAR")).Append((PasswordScheme.Plain, "CLEARTEXT"))
        .ToFrozenDictionary(row => row.Item2, row => row.Item1, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names to choose from, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>Without regard to case; Dovecot's other names for PLAIN too.</summary>
    public static bool TryParse(string name, out PasswordScheme scheme) => ByName.TryGetValue(name, out scheme);

    /// <summary>Dovecot's name, as it stands in the braces.</summary>
    public static string NameOf(PasswordScheme scheme) => Array.Find(Table, row => row.Scheme == scheme).Name;
}
