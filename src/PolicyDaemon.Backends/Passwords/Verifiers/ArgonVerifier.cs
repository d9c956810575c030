using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>Argon2i and Argon2id in the PHC string format (RFC 9106), within limits of memory and work.</summary>
internal sealed partial class ArgonVerifier : IVerifier
{
    private const long MaxKibibytes = 1024 * 1024;

    /// <summary>Memory times passes; about two seconds on one core.</summary>
    private const long MaxWork = 4 * MaxKibibytes;

    private readonly string hash;

    private ArgonVerifier(string hash) => this.hash = hash;

    /// <param name="kind"><c>argon2id</c> or <c>argon2i</c>; null: either.</param>
    /// <returns>Null when it is no complete hash, or asks for too much work.</returns>
    public static ArgonVerifier? Read(byte[] octets, string? kind)
    {
        var text = Encoding.UTF8.GetString(octets);
        if (Phc().Match(text) is not { Success: true } match || match.Length > LibSodium.MaxHashLength) return null;
        if (kind is not null && !match.Groups["kind"].ValueSpan.SequenceEqual(kind)) return null;
        var kibibytes = Number(match, "m");
        return kibibytes <= MaxKibibytes && kibibytes * Number(match, "t") <= MaxWork ? new ArgonVerifier(text) : null;
    }

    public bool Verify(ReadOnlySpan<byte> password) => LibSodium.Verify(password, hash);

    private static long Number(Match match, string group) =>
        long.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\$(?<kind>argon2id?)\$v=19\$m=(?<m>[0-9]{1,9}),t=(?<t>[0-9]{1,9}),p=[0-9]{1,3}\$[+/0-9A-Za-z]+\$[+/0-9A-Za-z]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Phc();
}
