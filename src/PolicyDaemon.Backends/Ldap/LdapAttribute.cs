using System.Buffers;
using System.Collections.Frozen;

namespace PolicyDaemon.Backends.Ldap;

/// <summary>Names of attributes as they may stand in filters, requests and the configuration.</summary>
public static class LdapAttribute
{
    /// <summary>Far above any real one; the longest in OpenLDAP's shipped schemas has 34 characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Asked for when an entry is wanted without any attribute, RFC 4511 section 4.5.1.8.</summary>
    internal const string None = "1.1";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.;");

    /// <summary>What passwords and keys are stored in, by name and by OID (RFC 4519, 2798, 3112; Samba, MIT Kerberos, Active Directory).</summary>
    private static readonly FrozenSet<string> Passwords = FrozenSet.ToFrozenSet(
        [
            "userPassword", "2.5.4.35", "userPKCS12", "2.16.840.1.113730.3.1.216", "authPassword", "1.3.6.1.4.1.4203.1.3.4",
            "sambaNTPassword", "1.3.6.1.4.1.7165.2.1.25", "sambaLMPassword", "1.3.6.1.4.1.7165.2.1.24",
            "krbPrincipalKey", "2.16.840.1.113719.1.301.4.39.1", "unicodePwd", "1.2.840.113556.1.4.90",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether this is an attribute description, RFC 4512 section 2.5: a name or OID, options after semicolons.</summary>
    public static bool IsDescription(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Whether its values are passwords, or as good as passwords; options do not count.</summary>
    public static bool HoldsPasswords(string description) => Passwords.Contains(description.Split(';')[0]);
}
