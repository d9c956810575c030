using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PolicyDaemon.Engine.Addresses;

/// <summary>
/// The only place where addresses, domains and logins are folded: case, internationalized domain names, recipient delimiter.
/// </summary>
/// <param name="recipientDelimiters">
/// The characters that may separate a localpart from its tag, as in Postfix's <c>recipient_delimiter</c>: the first of
/// them found in a localpart splits it. Empty: addresses have no tags.
/// </param>
/// <param name="origin">
/// The domain, normalized, that stands behind an address without one, as Postfix's <c>myorigin</c>; null: such an address
/// is not understood.
/// </param>
public sealed class AddressNormalizer(string recipientDelimiters, string? origin = null)
{
    /// <summary>Longest text that is looked at: Postfix's <c>line_length_limit</c>.</summary>
    public const int MaxLength = 2048;

    /// <summary>Longest text whose address is remembered.</summary>
    private const int MaxRemembered = 256;

    /// <summary>What folding leaves as it is.</summary>
    private static readonly SearchValues<char> Folded = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789@.-_+=");

    /// <summary>Busy senders and recipients come again and again.</summary>
    private readonly Recent<string, EmailAddress> recent = new(1024, StringComparer.Ordinal);

    public string RecipientDelimiters => recipientDelimiters;

    public string? Origin => origin;

    /// <summary>Reads an address as Postfix's policy protocol writes it.</summary>
    /// <param name="text">
    /// Internal form: no quotes, no angle brackets, UTF-8 decoded. The last <c>@</c> separates. Without one it is read as Postfix
    /// rewrites it: <c>domain!local</c>, else <c>local%domain</c>, else the origin is appended. <c>@domain</c> is not an
    /// address here (see <see cref="TryParsePattern"/>); neither is the null sender, which callers must tell apart before.
    /// </param>
    /// <returns>False for text that is no address: no localpart, no domain, unreadable characters, too long, bad IDNA.</returns>
    /// <remarks>postconf(5), "swap_bangpath", "allow_percent_hack", "append_at_myorigin".</remarks>
    public bool TryParse(string text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = text.Length <= MaxRemembered ? recent.Find(text) : null;
        if (address is not null) return true;
        if (!TryRead(text, out address)) return false;
        if (text.Length <= MaxRemembered) recent.Keep(text, address);
        return true;
    }

    private bool TryRead(string text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        if (text.Length is 0 or > MaxLength || IsUnreadable(text)) return false;

        if (text.LastIndexOf('@') is >= 0 and var at) return TryJoin(text[..at], text[(at + 1)..], out address);
        if (text.IndexOf('!', StringComparison.Ordinal) is >= 0 and var bang) return TryJoin(text[(bang + 1)..], text[..bang], out address);
        if (text.LastIndexOf('%') is >= 0 and var percent) return TryJoin(text[..percent], text[(percent + 1)..], out address);
        if (Origin is not null) address = new EmailAddress(Fold(text), Origin);
        return address is not null;
    }

    /// <summary>As <see cref="TryParse"/>, and <c>@domain</c> too.</summary>
    public bool TryParsePattern(string text, [NotNullWhen(true)] out EmailAddress? address)
    {
        if (text.StartsWith('@') && TryNormalizeDomain(text[1..], out var domain))
        {
            address = new EmailAddress("", domain);
            return true;
        }

        return TryParse(text, out address);
    }

    /// <summary>Folds a domain: lower case, A-labels, no trailing dot. A domain literal <c>[192.0.2.1]</c> stays as it is.</summary>
    /// <returns>False for text that is no domain: an empty label, a space, unreadable characters, too long, bad IDNA.</returns>
    public static bool TryNormalizeDomain(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        var bare = text.EndsWith('.') ? text[..^1] : text;
        if (bare.Length is 0 or > 255 || IsUnreadable(bare) || bare.AsSpan().ContainsAny('@', ' ')) return false;
        if (bare[0] == '.' || bare[^1] == '.' || bare.Contains("..", StringComparison.Ordinal)) return false;
        if (!IsAscii(bare)) return InternationalDomain.TryToAscii(bare, out domain);

        domain = bare.ToLowerInvariant();
        return true;
    }

    /// <summary>
    /// Folds a login (SASL username): lower case, its domain, if it has one, as any domain. A login is not an address:
    /// no origin is appended and no tag is cut.
    /// </summary>
    public static string NormalizeLogin(string login)
    {
        if (!login.EndsWith('.') && !login.AsSpan().ContainsAnyExcept(Folded)) return login;
        var at = login.LastIndexOf('@');
        return at > 0 && TryNormalizeDomain(login[(at + 1)..], out var domain)
            ? string.Concat(Fold(login[..at]), "@", domain)
            : Fold(login);
    }

    /// <summary>Whether a login is worth a question: a directory is never asked about control characters or endless text.</summary>
    public static bool IsLogin(string login) => login.Length is > 0 and <= MaxLength && !IsUnreadable(login);

    /// <summary>The address without its tag, <c>alice+x@d</c> to <c>alice@d</c>; null when it has none.</summary>
    /// <remarks>
    /// As Postfix (split_addr.c): a delimiter in front does not split, because the localpart would be empty; the system's own names
    /// and, where <c>-</c> is a delimiter, the names of list owners are never split.
    /// </remarks>
    public EmailAddress? WithoutTag(EmailAddress address)
    {
        var localpart = address.Localpart;
        var split = localpart.AsSpan().IndexOfAny(RecipientDelimiters);
        return split > 0 && !IsNeverSplit(localpart) ? new EmailAddress(localpart[..split], address.Domain) : null;
    }

    /// <summary>
    /// The address inside one with sender-specified routing, <c>local%inner@outer</c>, <c>inner!local@outer</c> or
    /// <c>"local@inner"@outer</c>: Postfix delivers to it when the outer domain is its own. Null when there is none inside.
    /// </summary>
    public EmailAddress? WithoutRoute(EmailAddress address) =>
        address.Localpart.AsSpan().IndexOfAny('@', '!', '%') >= 0 && TryParse(address.Localpart, out var inner) ? inner : null;

    private bool IsNeverSplit(string localpart)
    {
        if (localpart is "mailer-daemon" or "double-bounce") return true;
        return RecipientDelimiters.Contains('-', StringComparison.Ordinal) &&
            (localpart.StartsWith("owner-", StringComparison.Ordinal) || localpart.EndsWith("-request", StringComparison.Ordinal));
    }

    private static bool TryJoin(string localpart, string domainText, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = localpart.Length > 0 && TryNormalizeDomain(domainText, out var domain) ? new EmailAddress(Fold(localpart), domain) : null;
        return address is not null;
    }

    private static string Fold(string text) => text.ToLowerInvariant();

    private static bool IsAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f');

    /// <summary>Control characters, and what a decoder leaves behind where bytes were no UTF-8.</summary>
    private static bool IsUnreadable(string text)
    {
        if (IsAscii(text)) return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar) return true;
        }

        return false;
    }
}
