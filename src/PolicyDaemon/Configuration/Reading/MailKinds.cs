using System.Globalization;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Messages;

namespace PolicyDaemon.Configuration.Reading;

/// <summary>Kinds of value that mail has.</summary>
internal static class MailKinds
{
    /// <summary>A domain, in the form in which domains are compared.</summary>
    public static readonly ValueKind<string> Domain = new(
        "domain",
        "a domain, such as example.org",
        static text => AddressNormalizer.TryNormalizeDomain(text, out var domain) && domain.Split('.').All(IsLabel)
            ? Parsed<string>.Good(domain)
            : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>A SASL username, in the form in which logins are compared.</summary>
    public static readonly ValueKind<string> Login = new(
        "login",
        "a login (SASL username), such as alice or alice@example.org",
        static text => text.Length is 0 or > 255 || text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
            ? Parsed<string>.Bad()
            : Parsed<string>.Good(AddressNormalizer.NormalizeLogin(text)),
        JsonText.Quote);

    /// <summary>A mailbox of ASCII, as typed.</summary>
    /// <remarks>RFC 5321 section 4.1.2, <c>Dot-string@Domain</c>: quoted localparts and address literals are not taken.</remarks>
    public static readonly ValueKind<string> Address = new(
        "address",
        "a mail address of ASCII, such as postmaster@example.org",
        static text => text.LastIndexOf('@') is > 0 and <= 64 and var at && IsDotString(text[..at]) && Domain.Parse(text[(at + 1)..]).IsGood &&
            text.All(char.IsAscii)
            ? Parsed<string>.Good(text)
            : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>The characters of Postfix's <c>recipient_delimiter</c>; none: addresses have no tags.</summary>
    public static readonly ValueKind<string> Delimiters = new(
        "characters",
        "the characters of Postfix's recipient_delimiter, such as + or +-, or nothing; no letters, digits, '@' or '.'",
        static text => text.Length <= 8 && text.All(IsDelimiter) ? Parsed<string>.Good(text) : Parsed<string>.Bad(),
        JsonText.Quote);

    /// <summary>A refusal as the client sees it.</summary>
    public static readonly ValueKind<SmtpReply> Reply = new(
        "reply",
        string.Create(
            CultureInfo.InvariantCulture,
            $"a reply such as 554 5.7.1 Sending is disabled: code, status of its class, at most {SmtpReply.MaxTextLength} characters of ASCII"),
        static text => SmtpReply.TryParse(text, out var reply) && string.Equals(reply.Line, text, StringComparison.Ordinal)
            ? Parsed<SmtpReply>.Good(reply)
            : Parsed<SmtpReply>.Bad(),
        static reply => JsonText.Quote(reply.Line));

    /// <summary>Our own socket or a peer's.</summary>
    public static readonly ValueKind<EndpointAddress> Endpoint = new(
        "endpoint",
        "an endpoint: unix:/path, inet:127.0.0.1:port or inet:[::1]:port",
        EndpointAddress.Parse,
        static endpoint => JsonText.Quote(endpoint.ToString()));

    /// <summary>The name of a header field, perhaps with <c>*</c> for any end.</summary>
    /// <remarks>RFC 5322 section 3.6.8. Never From, which every message has, nor Received, by which loops are found.</remarks>
    public static readonly ValueKind<FieldNamePattern> FieldName = new(
        "field name",
        "the name of a header field, such as X-Spam-Status, or its beginning and *, such as X-Spam-*; not From or Received",
        static text =>
        {
            var name = text.EndsWith('*') ? text[..^1] : text;
            var pattern = new FieldNamePattern(text);
            return name.Length is 0 or > 76 || !name.All(character => character is > ' ' and <= '~' and not (':' or '*')) || pattern.Matches("From") || pattern.Matches("Received")
                ? Parsed<FieldNamePattern>.Bad()
                : Parsed<FieldNamePattern>.Good(pattern);
        },
        static pattern => JsonText.Quote(pattern.Text));

    /// <summary>The name under which a server of ours writes what it has checked, folded as a domain where it is one.</summary>
    /// <remarks>RFC 8601 section 2.2, <c>authserv-id</c>.</remarks>
    public static readonly ValueKind<string> AuthservId = new(
        "authserv-id",
        "the name in our own Authentication-Results, such as mx1.example.org",
        static text => text.Length is 0 or > 255 || text.Any(character => character is <= ' ' or > '~' or ';' or '(' or ')' or '"')
            ? Parsed<string>.Bad()
            : Parsed<string>.Good(AddressNormalizer.TryNormalizeDomain(text, out var domain) ? domain : text.ToLowerInvariant()),
        JsonText.Quote);

    private const string NameExpected = "a name of letters, digits, '.', '_' and '-', at most 64";

    /// <summary>The name of this node or of a limit: part of keys that are stored and shown.</summary>
    public static readonly ValueKind<string> Name = new(
        "name",
        NameExpected,
        static text => text.Length is 0 or > 64 || !text.All(IsNameCharacter) ? Parsed<string>.Bad()
            : text.All(character => character == '.') ? Parsed<string>.Bad($"is of dots alone: expected {NameExpected}")
            : Parsed<string>.Good(text),
        JsonText.Quote);

    private static bool IsDelimiter(char character) =>
        character is > ' ' and < '\x7f' and not ('@' or '.') && !char.IsAsciiLetterOrDigit(character);

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';

    private static bool IsDotString(string text) => text.Split('.').All(atom =>
        atom.Length > 0 && atom.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-/=?^_`{|}~".Contains(character, StringComparison.Ordinal)));

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
