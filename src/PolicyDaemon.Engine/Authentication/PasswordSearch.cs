namespace PolicyDaemon.Engine.Authentication;

/// <summary>Asks the sources of passwords about one attempt to log in.</summary>
/// <remarks>
/// The source that owns people decides alone about those whose password it has: an old one elsewhere must not let them in. Otherwise a password
/// that is right in any source is right. A password that is not right is asked about everywhere, whoever decides, so that the time does not tell
/// where an account lives, or whether there is one.
/// </remarks>
internal sealed class PasswordSearch
{
    private readonly IReadOnlyList<IPassdb> passdbs;
    private readonly string? identity;

    public PasswordSearch(IReadOnlyList<IPassdb> passdbs, string? identity)
    {
        this.identity = identity;
        this.passdbs = [.. passdbs.OrderBy(passdb => IsIdentity(passdb) ? 0 : 1)];
    }

    public async ValueTask<PasswordAnswer> FindAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        PasswordAnswer? decided = null;
        var combined = PasswordAnswer.NotFound;
        foreach (var passdb in passdbs)
        {
            var answer = Named(passdb, await passdb.VerifyAsync(question, cancellationToken));
            if (decided is not null) continue;
            if (answer.Verdict == PasswordVerdict.Right) return answer;
            if (IsIdentity(passdb) && answer.Verdict != PasswordVerdict.NotFound) decided = answer;
            else combined = Stronger(combined, answer);
        }

        return decided ?? combined;
    }

    private bool IsIdentity(IPassdb passdb) => identity is not null && string.Equals(passdb.Name, identity, StringComparison.Ordinal);

    /// <summary>What is not known outweighs Wrong, and Wrong outweighs that there is nothing.</summary>
    private static PasswordAnswer Stronger(PasswordAnswer one, PasswordAnswer other)
    {
        if (one.IsUnknown) return one;
        return other.IsUnknown || one.Verdict == PasswordVerdict.NotFound ? other : one;
    }

    private static PasswordAnswer Named(IPassdb passdb, PasswordAnswer answer) => answer.Verdict switch
    {
        PasswordVerdict.Unavailable => PasswordAnswer.Unavailable($"{passdb.Name}: {answer.Cause ?? "no answer"}"),
        PasswordVerdict.Overloaded => PasswordAnswer.Overloaded($"{passdb.Name}: {answer.Cause ?? "overloaded"}"),
        PasswordVerdict.NotFound or PasswordVerdict.Wrong or PasswordVerdict.Right => answer,
        _ => PasswordAnswer.Unavailable($"{passdb.Name}: an answer that there is not"),
    };
}
