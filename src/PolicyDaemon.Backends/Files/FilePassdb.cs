using PolicyDaemon.Backends.Passwords;
using PolicyDaemon.Engine.Authentication;

namespace PolicyDaemon.Backends.Files;

/// <summary>The passwords in passwd-files.</summary>
/// <param name="watch">That of <see cref="FileDirectory"/>; disposed by whoever made it.</param>
public sealed class FilePassdb(FileWatch watch, HashWorkers workers, TimeProvider time) : IPassdb
{
    private readonly PasswordComparison comparison = new(workers, time);

    public string Name => watch.Name;

    public async ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken)
    {
        var view = await watch.LookAsync(cancellationToken);
        foreach (var login in question.Logins)
        {
            if (view.FindAmbiguity(login) is { } cause) return PasswordAnswer.Unavailable(cause);
            if (view.FindEntry(login) is { } entry) return await CompareAsync(entry, question, cancellationToken);
        }

        return view.UnreadPasswd is { } unread ? PasswordAnswer.Unavailable(unread) : await comparison.CompareAsync(KnownPasswords.None, question.Password, cancellationToken);
    }

    /// <summary>From a network that is not allowed every password is wrong, as it is to Dovecot; and takes as long.</summary>
    private async ValueTask<PasswordAnswer> CompareAsync(PasswdEntry entry, PasswordQuestion question, CancellationToken cancellationToken)
    {
        var answer = await comparison.CompareAsync(KnownPasswords.OfColumn(entry.StoredPassword), question.Password, cancellationToken);
        return answer.Verdict == PasswordVerdict.Right && entry.AllowedNets?.Contain(question.ClientAddress) == false ? PasswordAnswer.Wrong : answer;
    }
}
