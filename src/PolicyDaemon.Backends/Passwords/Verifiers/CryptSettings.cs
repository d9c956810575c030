using System.Globalization;
using System.Text.RegularExpressions;

namespace PolicyDaemon.Backends.Passwords.Verifiers;

/// <summary>
/// Form and cost of a hash of crypt(3), read before the work is done: a stored hash that asks for minutes or for all memory would be a way to
/// stop the daemon with one login.
/// </summary>
internal static partial class CryptSettings
{
    /// <summary>About half a second on one core; Dovecot and useradd make 5,000.</summary>
    private const int MaxShaRounds = 1_000_000;

    /// <summary>About a second on one core.</summary>
    private const int MaxBcryptCost = 14;

    /// <summary>Of yescrypt and scrypt; about half a second and a second on one core. Debian's passwd makes 16 MiB.</summary>
    private const long MaxMemory = 256L * 1024 * 1024;

    private const string Digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>The method of a complete hash whose work is within limits; none for everything else.</summary>
    public static CryptMethod Find(string hash)
    {
        if (Sha().Match(hash) is { Success: true } sha) return MethodOfSha(sha);
        if (Bcrypt().Match(hash) is { Success: true } bcrypt) return Number(bcrypt.Groups["cost"]) <= MaxBcryptCost ? CryptMethod.Bcrypt : CryptMethod.None;
        if (Yescrypt().Match(hash) is { Success: true } yescrypt) return IsAllowed(yescrypt, isYescrypt: true) ? CryptMethod.Yescrypt : CryptMethod.None;
        if (Scrypt().Match(hash) is { Success: true } scrypt) return IsAllowed(scrypt, isYescrypt: false) ? CryptMethod.Scrypt : CryptMethod.None;
        return Md5().IsMatch(hash) ? CryptMethod.Md5 : Des().IsMatch(hash) ? CryptMethod.Des : CryptMethod.None;
    }

    private static CryptMethod MethodOfSha(Match match)
    {
        if (match.Groups["rounds"] is { Success: true } rounds && Number(rounds) > MaxShaRounds) return CryptMethod.None;
        return match.Groups["sha512"].Success ? CryptMethod.Sha512 : CryptMethod.Sha256;
    }

    /// <summary>
    /// Memory is 128 octets times the block size r times N. yescrypt writes the logarithm of N and r as one digit each, one less than they are
    /// (libxcrypt alg-yescrypt-common.c, decode64_uint32); scrypt as one digit and as five, the lowest first.
    /// </summary>
    private static bool IsAllowed(Match match, bool isYescrypt)
    {
        var logarithm = Digits.IndexOf(match.Groups["n"].Value[0], StringComparison.Ordinal) + (isYescrypt ? 1 : 0);
        var blockSize = Decode(match.Groups["r"].Value) + (isYescrypt ? 1 : 0);
        var parallel = isYescrypt ? 1 : Decode(match.Groups["p"].Value);
        return logarithm <= 24 && blockSize is > 0 and <= 1024 && parallel is > 0 and <= 16 && (128L << logarithm) * blockSize * parallel <= MaxMemory;
    }

    private static long Decode(string text)
    {
        var value = 0L;
        for (var i = text.Length - 1; i >= 0; i--) value = (value << 6) | (long)Digits.IndexOf(text[i], StringComparison.Ordinal);
        return value;
    }

    private static long Number(Group group) => long.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // crypt(5): at most nine digits of rounds, at most 16 characters of salt.
    [GeneratedRegex(@"^\$(?<method>(?<sha512>6)|5)\$(rounds=(?<rounds>[0-9]{1,9})\$)?[^$:\n]{0,16}\$(?(sha512)[./0-9A-Za-z]{86}|[./0-9A-Za-z]{43})\z", Options)]
    private static partial Regex Sha();

    [GeneratedRegex(@"^\$2[aby]\$(?<cost>[0-9]{2})\$[./0-9A-Za-z]{53}\z", Options)]
    private static partial Regex Bcrypt();

    // Only with the parameters that crypt_gensalt(3) makes. A digit above k would begin a number of several digits.
    [GeneratedRegex(@"^\$g?y\$j(?<n>[./0-9A-Za-j])(?<r>[./0-9A-Za-j])\$[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43}\z", Options)]
    private static partial Regex Yescrypt();

    [GeneratedRegex(@"^\$7\$(?<n>[./0-9A-Za-z])(?<r>[./0-9A-Za-z]{5})(?<p>[./0-9A-Za-z]{5})[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43}\z", Options)]
    private static partial Regex Scrypt();

    [GeneratedRegex(@"^\$1\$[^$:\n]{0,8}\$[./0-9A-Za-z]{22}\z", Options)]
    private static partial Regex Md5();

    [GeneratedRegex(@"^[./0-9A-Za-z]{13}\z", Options)]
    private static partial Regex Des();
}
