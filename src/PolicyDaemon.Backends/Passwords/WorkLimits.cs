using System.Globalization;
using System.Text.RegularExpressions;

namespace PolicyDaemon.Backends.Passwords;

/// <summary>
/// Form and cost of a hash, read before the work is done: a stored hash that asks for minutes or for all memory would be a way to
/// stop the daemon with one login.
/// </summary>
internal static partial class WorkLimits
{
    /// <summary>About half a second on one core; Dovecot and useradd make 5,000.</summary>
    private const int MaxShaRounds = 1_000_000;

    /// <summary>About a second on one core.</summary>
    private const int MaxBcryptCost = 14;

    private const long MaxArgonKibibytes = 1024 * 1024;

    /// <summary>Memory times passes; about two seconds on one core.</summary>
    private const long MaxArgonWork = 4 * MaxArgonKibibytes;

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>True for a complete hash of the scheme whose work is within limits.</summary>
    public static bool Allow(PasswordScheme scheme, string hash) => scheme switch
    {
        PasswordScheme.Sha512Crypt => Sha512Crypt().Match(hash) is { Success: true } match && Rounds(match) <= MaxShaRounds,
        PasswordScheme.Sha256Crypt => Sha256Crypt().Match(hash) is { Success: true } match && Rounds(match) <= MaxShaRounds,
        PasswordScheme.BlfCrypt => Bcrypt().Match(hash) is { Success: true } match && Number(match, "cost") <= MaxBcryptCost,
        PasswordScheme.Argon2Id => Argon().Match(hash) is { Success: true } match && IsArgonAllowed(Number(match, "m"), Number(match, "t")),
        _ => true,
    };

    private static bool IsArgonAllowed(long kibibytes, long passes) => kibibytes <= MaxArgonKibibytes && kibibytes * passes <= MaxArgonWork;

    private static long Rounds(Match match) => match.Groups["rounds"].Success ? Number(match, "rounds") : 0;

    private static long Number(Match match, string group) =>
        long.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    // crypt(5): at most nine digits of rounds, at most 16 characters of salt.
    [GeneratedRegex(@"^\$6\$(rounds=(?<rounds>[0-9]{1,9})\$)?[^$:\n]{0,16}\$[./0-9A-Za-z]{86}\z", Options)]
    private static partial Regex Sha512Crypt();

    [GeneratedRegex(@"^\$5\$(rounds=(?<rounds>[0-9]{1,9})\$)?[^$:\n]{0,16}\$[./0-9A-Za-z]{43}\z", Options)]
    private static partial Regex Sha256Crypt();

    [GeneratedRegex(@"^\$2[aby]\$(?<cost>[0-9]{2})\$[./0-9A-Za-z]{53}\z", Options)]
    private static partial Regex Bcrypt();

    [GeneratedRegex(@"^\$argon2id\$v=19\$m=(?<m>[0-9]{1,9}),t=(?<t>[0-9]{1,9}),p=[0-9]{1,3}\$[+/0-9A-Za-z]+\$[+/0-9A-Za-z]+\z", Options)]
    private static partial Regex Argon();
}
