using System.Diagnostics.CodeAnalysis;
using System.Globalization;

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

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    private readonly EmailAddress? originCatchAll = origin is null ? null : new EmailAddress("", origin);

    /// <summary>Reads an address as Postfix's policy protocol writes it.</summary>
    /// <param name="text">
    /// Internal form: no quotes, no angle brackets, UTF-8 decoded. The last <c>@</c> separates. <c>@domain</c> is not an
    /// address here (see <see cref="TryParsePattern"/>); neither is the null sender, which callers must tell apart before.
    /// </param>
    /// <returns>False for text that is no address: no localpart, no domain, control characters, too long, bad IDNA.</returns>
    public bool TryParse(string text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        if (text.Length is 0 or > MaxLength || HasControl(text)) return false;

        var at = text.LastIndexOf('@');
        if (at == 0) return false;
        if (at < 0)
        {
            address = originCatchAll is null ? null : new EmailAddress(Fold(text), originCatchAll.Domain);
            return address is not null;
        }

        if (!TryNormalizeDomain(text[(at + 1)..], out var domain)) return false;
        address = new EmailAddress(Fold(text[..at]), domain);
        return true;
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
    public static bool TryNormalizeDomain(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        var bare = text.EndsWith('.') ? text[..^1] : text;
        if (bare.Length is 0 or > 255 || HasControl(bare) || bare.Contains('@', StringComparison.Ordinal) || bare.Contains(' ', StringComparison.Ordinal)) return false;

        if (IsAscii(bare))
        {
            domain = bare.ToLowerInvariant();
            return true;
        }

        try
        {
            domain = Idn.GetAscii(bare.ToLowerInvariant()).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// Folds a login (SASL username): lower case, its domain, if it has one, as any domain. A login is not an address:
    /// no origin is appended and no tag is cut.
    /// </summary>
    public static string NormalizeLogin(string login)
    {
        var at = login.LastIndexOf('@');
        return at > 0 && TryNormalizeDomain(login[(at + 1)..], out var domain)
            ? string.Concat(Fold(login[..at]), "@", domain)
            : Fold(login);
    }

    /// <summary>The address without its tag, <c>alice+x@d</c> to <c>alice@d</c>; null when it has none.</summary>
    /// <remarks>As Postfix, a delimiter in front does not split: the localpart would be empty.</remarks>
    public EmailAddress? WithoutTag(EmailAddress address)
    {
        if (recipientDelimiters.Length == 0) return null;
        var split = address.Localpart.AsSpan().IndexOfAny(recipientDelimiters);
        return split > 0 ? new EmailAddress(address.Localpart[..split], address.Domain) : null;
    }

    private static string Fold(string text) => text.ToLowerInvariant();

    private static bool IsAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\x7f');

    private static bool HasControl(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character)) return true;
        }

        return false;
    }
}
