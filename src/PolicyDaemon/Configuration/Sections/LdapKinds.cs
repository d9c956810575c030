using PolicyDaemon.Configuration.Reading;

namespace PolicyDaemon.Configuration.Sections;

/// <summary>Kinds of value that LDAP has. They catch slips of the pen; the server has the last word.</summary>
internal static class LdapKinds
{
    private const string UrlExpected = "an LDAP server: ldap://host, ldaps://host, with :port if it is not 389 or 636";

    public static readonly ValueKind<Uri> Url = new("LDAP URL", UrlExpected, ParseUrl, static url => JsonText.Quote(url.OriginalString));

    /// <remarks>RFC 4514 in its usual form: <c>type=value</c> with commas between.</remarks>
    public static readonly ValueKind<string> Dn = new(
        "DN",
        "a distinguished name, such as ou=people,dc=example,dc=org",
        static text => text.Length is > 0 and <= ValueKinds.MaxTextCharacters && !text.Any(char.IsControl) && SplitDn(text).All(part => part.IndexOf('=') > 0)
            ? Parsed<string>.Good(text)
            : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <remarks>RFC 4515. Only its parentheses are looked at here.</remarks>
    public static readonly ValueKind<string> Filter = new(
        "LDAP filter",
        "an LDAP filter in balanced parentheses, such as (objectClass=inetOrgPerson)",
        static text => text.Length <= ValueKinds.MaxTextCharacters && !text.Any(char.IsControl) && IsBalanced(text) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <remarks>RFC 4512 section 1.4, "descr"; options behind a semicolon.</remarks>
    public static readonly ValueKind<string> Attribute = new(
        "attribute",
        "the name of an LDAP attribute, such as mail",
        static text => IsAttribute(text) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>As <see cref="Attribute"/>, or nothing for an attribute that the directory does not have.</summary>
    public static readonly ValueKind<string> AttributeOrNone = Attribute with
    {
        Expected = "the name of an LDAP attribute, such as mail, or \"\" for none",
        Parse = static text => text.Length == 0 || IsAttribute(text) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
    };

    public static bool IsLdaps(Uri url) => string.Equals(url.Scheme, "ldaps", StringComparison.Ordinal);

    private static Parsed<Uri> ParseUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("ldap" or "ldaps") || url.Host.Length == 0) return Parsed<Uri>.Bad();
        return url.PathAndQuery is "" or "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? Parsed<Uri>.Good(url)
            : Parsed<Uri>.Bad("has more than host and port: expected the rest in baseDn, filter and bindDn");
    }

    private static bool IsAttribute(string text) =>
        text.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(text[0]) && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or ';');

    private static string[] SplitDn(string text) =>
        text.Replace("\\\\", "", StringComparison.Ordinal).Replace("\\,", "", StringComparison.Ordinal).Split(',');

    private static bool IsBalanced(string text)
    {
        if (!text.StartsWith('(')) return false;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth <= 0 && i < text.Length - 1) return false;
        }

        return depth == 0;
    }
}
