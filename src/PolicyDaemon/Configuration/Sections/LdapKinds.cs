using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>Kinds of value that LDAP has. They catch slips of the pen; the server has the last word.</summary>
internal static class LdapKinds
{
    private const string CertificatesExpected = "the absolute path of a file of certificates (PEM)";

    public static readonly ValueKind<LdapUrl> Url = new(
        "LDAP URL",
        "a server: ldap://host, ldaps://host (with :port if it is not 389 or 636) or ldapi://%2Fpath%2Fof%2Fsocket, and nothing behind",
        static text => LdapUrl.TryParse(text, out var url, out _) ? Parsed<LdapUrl>.Good(url) : Parsed<LdapUrl>.Bad(),
        static url => JsonText.Quote(url.Text));

    /// <remarks>RFC 4514 in its usual form: <c>type=value</c> with commas between.</remarks>
    public static readonly ValueKind<string> Dn = new(
        "DN",
        "a distinguished name, such as ou=people,dc=example,dc=org",
        static text => IsDn(text) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <remarks>RFC 4515.</remarks>
    public static readonly ValueKind<LdapFilter> Filter = new(
        "LDAP filter",
        "an LDAP filter, such as (objectClass=inetOrgPerson)",
        ParseFilter,
        static filter => JsonText.Quote(filter.ToString()));

    /// <remarks>RFC 4512 section 1.4, "descr"; options behind a semicolon.</remarks>
    public static readonly ValueKind<string> Attribute = new(
        "attribute",
        "the name of an LDAP attribute, such as mail",
        ParseAttribute,
        JsonText.Quote);

    /// <summary>As <see cref="Attribute"/>, or nothing for an attribute that the directory does not have.</summary>
    public static readonly ValueKind<string> AttributeOrNone = Attribute with
    {
        Expected = "the name of an LDAP attribute, such as mail, or \"\" for none",
        Parse = static text => text.Length == 0 ? Parsed<string>.Good(text) : ParseAttribute(text),
    };

    /// <summary>What a number counts.</summary>
    public static readonly ValueKind<string> QuotaUnit = new(
        "unit",
        "B (octets), K, M, G or T",
        static text => text is "B" or "K" or "M" or "G" or "T" ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>As <see cref="ValueKinds.FileToBe"/>, or nothing for none.</summary>
    public static readonly ValueKind<string> FileToBeOrNone = ValueKinds.FileToBe with
    {
        Expected = $"{ValueKinds.FileToBe.Expected}, or \"\" for none",
        Parse = static text => text.Length == 0 ? Parsed<string>.Good(text) : ValueKinds.FileToBe.Parse(text),
    };

    public static readonly ValueKind<string> CaFile = ValueKinds.File with
    {
        Name = "certificate file",
        Expected = CertificatesExpected,
        Parse = static text => ValueKinds.File.Parse(text) is { IsGood: false } bad ? bad
            : HasCertificate(text) ? Parsed<string>.Good(text)
            : Parsed<string>.Bad($"has no certificate in it: expected {CertificatesExpected}"),
    };

    /// <summary>Whether what is said to this server stays on this machine.</summary>
    public static bool IsLocal(LdapUrl url) => url.IsUnix || (Uri.TryCreate(url.Text, UriKind.Absolute, out var uri) && uri.IsLoopback);

    private static Parsed<string> ParseAttribute(string text) =>
        !LdapAttribute.IsDescription(text) ? Parsed<string>.Bad()
        : LdapAttribute.HoldsPasswords(text) ? Parsed<string>.Bad("holds passwords, and passwords are never read: expected another attribute")
        : Parsed<string>.Good(text);

    private static Parsed<LdapFilter> ParseFilter(string text)
    {
        try
        {
            return text.Length <= ValueKinds.MaxTextCharacters ? Parsed<LdapFilter>.Good(LdapFilter.Parse(text)) : Parsed<LdapFilter>.Bad();
        }
        catch (FormatException exception)
        {
            return Parsed<LdapFilter>.Bad(exception.Message);
        }
    }

    private static bool IsDn(string text) =>
        text.Length is > 0 and <= ValueKinds.MaxTextCharacters && !text.Any(char.IsControl) &&
        SplitDn(text).All(part => part.IndexOf('=') > 0);

    private static string[] SplitDn(string text) =>
        text.Replace("\\\\", "", StringComparison.Ordinal).Replace("\\,", "", StringComparison.Ordinal).Split(',');

    private static bool HasCertificate(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in certificates) certificate.Dispose();
        }
    }
}
