namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>Which users LIST asks for: <c>*</c> stands for any characters, <c>?</c> for one; case does not count.</summary>
/// <remarks>Source: Dovecot 2.3.19 and 2.4.1 src/lib/wildcard-match.c, wildcard_match_icase.</remarks>
internal sealed class UserMask(string mask)
{
    /// <summary>Goes back to the last star only, so a hostile mask costs at most mask times name.</summary>
    public bool Matches(ReadOnlySpan<char> user)
    {
        var (at, inMask, star, afterStar) = (0, 0, -1, 0);
        while (at < user.Length)
        {
            if (inMask < mask.Length && mask[inMask] == '*') (star, afterStar) = (inMask++, at);
            else if (inMask < mask.Length && IsSame(mask[inMask], user[at])) (at, inMask) = (at + 1, inMask + 1);
            else if (star >= 0) (at, inMask) = (++afterStar, star + 1);
            else return false;
        }

        return mask.AsSpan(inMask).Trim('*').IsEmpty;
    }

    private static bool IsSame(char expected, char actual) => expected == '?' || char.ToLowerInvariant(expected) == char.ToLowerInvariant(actual);
}
