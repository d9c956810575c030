using System.Buffers;

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

    /// <summary>Whether this is an attribute description, RFC 4512 section 2.5: a name or OID, options after semicolons.</summary>
    public static bool IsDescription(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(Allowed);
}
