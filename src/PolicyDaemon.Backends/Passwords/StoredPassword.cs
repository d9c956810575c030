using System.Diagnostics.CodeAnalysis;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>The stored form <c>{SCHEME[.B64|.HEX]}data</c>, taken apart but not understood.</summary>
/// <remarks>Dovecot 2.3.19 src/auth/password-scheme.c; the encodings' names there are without regard to case.</remarks>
internal readonly ref struct StoredPassword
{
    /// <summary>Longest stored text that is looked at.</summary>
    public const int MaxLength = 4096;

    private StoredPassword(string scheme, string? encoding, string data) => (Scheme, Encoding, Data) = (scheme, encoding, data);

    public string Scheme { get; }

    /// <summary>What stands behind the dot; null without one.</summary>
    public string? Encoding { get; }

    public string Data { get; }

    /// <returns>False for text without a scheme in braces in front.</returns>
    public static bool TryParse(string text, out StoredPassword parts)
    {
        parts = default;
        var end = text.IndexOf('}', StringComparison.Ordinal);
        if (text.Length > MaxLength || !text.StartsWith('{') || end < 2) return false;
        var name = text[1..end];
        var dot = name.LastIndexOf('.');
        parts = dot < 0 ? new(name, null, text[(end + 1)..]) : new(name[..dot], name[(dot + 1)..], text[(end + 1)..]);
        return true;
    }

    /// <summary>The data's octets.</summary>
    /// <param name="byDefault">How the scheme is written when no encoding is named.</param>
    /// <param name="length">How many octets there are, where that is fixed.</param>
    public bool TryDecode(StoredEncoding byDefault, int length, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;
        try
        {
            octets = (Encoding?.ToUpperInvariant(), byDefault) switch
            {
                ("HEX", _) => Convert.FromHexString(Data),
                ("B64" or "BASE64", _) or (null, StoredEncoding.Base64) => Convert.FromBase64String(Data),
                (null, StoredEncoding.HexOrBase64) => Data.Length == 2 * length ? Convert.FromHexString(Data) : Convert.FromBase64String(Data),
                (null, StoredEncoding.Text) => System.Text.Encoding.UTF8.GetBytes(Data),
                _ => null,
            };
        }
        catch (FormatException)
        {
            // No such encoding after all.
        }

        return octets is not null;
    }
}
