using System.Diagnostics.CodeAnalysis;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>Which names may be given to domains and mailboxes: stricter than what is understood in mail that others send.</summary>
internal static class MailboxNames
{
    /// <summary>The column width of mailbox tables.</summary>
    public const int MaxLength = 255;

    private static readonly AddressNormalizer Normalizer = new("");

    /// <summary>A domain name of letters, digits and hyphens after IDNA (RFC 1123 section 2.1); no address literal.</summary>
    public static bool TryParseDomain(string text, [NotNullWhen(true)] out string? domain) =>
        AddressNormalizer.TryNormalizeDomain(text, out domain) && domain.Split('.').All(IsLabel);

    /// <summary>An address of a mailbox or alias, with a domain.</summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out EmailAddress? address) =>
        Normalizer.TryParse(text, out address) && IsFit(address);

    /// <summary>As <see cref="TryParseAddress"/>, and <c>@domain</c> too.</summary>
    public static bool TryParsePattern(string text, [NotNullWhen(true)] out EmailAddress? address) =>
        Normalizer.TryParsePattern(text, out address) && IsFit(address);

    /// <summary>One line of text without control characters, such as a status or the name of a limit.</summary>
    public static bool IsWord(string text) => text.Length is > 0 and <= MaxLength && !text.Any(char.IsControl);

    private static bool IsFit(EmailAddress address) =>
        address.Text.Length <= MaxLength && !address.Localpart.Any(char.IsWhiteSpace) && TryParseDomain(address.Domain, out _);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
