using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>May this client log in? The account must be known and have the right, and a source must find the password right.</summary>
/// <remarks>
/// Who does not know the password is told nothing: whether the account exists, has a password or may log in. An outage of any source that could
/// have decided is <see cref="AuthenticationOutcome.TryLater"/>.
/// </remarks>
public sealed class Authenticator
{
    /// <summary>Postfix waits 10 s for an answer (xsasl_dovecot_server.c, AUTH_TIMEOUT), and then cannot tell an outage from a bug.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(6);

    private readonly AccountRules rules;
    private readonly IDirectory directory;
    private readonly PasswordSearch passwords;
    private readonly IAuthenticationObserver observer;
    private readonly TimeProvider time;

    /// <param name="directory">All sources as one.</param>
    /// <param name="passdbs">Those that have passwords, in the order in which they are asked.</param>
    public Authenticator(
        AccountRules rules, IDirectory directory, IReadOnlyList<IPassdb> passdbs, IAuthenticationObserver observer, TimeProvider time)
    {
        this.rules = rules;
        this.directory = directory;
        this.observer = observer;
        this.time = time;
        passwords = new PasswordSearch(passdbs, rules.Identity);
    }

    /// <summary>Decides one attempt within <see cref="Deadline"/>. Does not throw but for a cancelled token.</summary>
    public async ValueTask<AuthenticationAnswer> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var deadline = new Deadline(Deadline, time, cancellationToken);
        var answer = await DecideAsync(request, deadline);
        observer.OnAuthentication(request, answer, time.GetElapsedTime(started));
        return answer;
    }

    private async ValueTask<AuthenticationAnswer> DecideAsync(AuthenticationRequest request, Deadline deadline)
    {
        var login = AddressNormalizer.NormalizeLogin(request.Login);
        if (!AddressNormalizer.IsLogin(login)) return AuthenticationAnswer.Refused(Reason.LoginMalformed);
        if (ActsAsAnother(request, login)) return AuthenticationAnswer.RefusedToActAs();
        if (!request.Password.IsUsable) return AuthenticationAnswer.Refused(Reason.PasswordMalformed);
        try
        {
            return await deadline.WaitAsync(token => AskAsync(login, request.Password, token));
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return AuthenticationAnswer.TryLater(Reason.DeadlineExceeded, $"no answer within {Deadline.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !deadline.IsGivenUp)
        {
            observer.OnFault(request, exception);
            return AuthenticationAnswer.TryLater(Reason.InternalError, exception.GetType().Name);
        }
    }

    private async ValueTask<AuthenticationAnswer> AskAsync(string login, Password password, CancellationToken cancellationToken)
    {
        var known = await directory.FindAccountAsync(login, cancellationToken);
        if (known.IsUnavailable) return AuthenticationAnswer.TryLater(Reason.DirectoryUnavailable, known.Cause ?? "no answer", known.Value);

        // Also when there is no account: the time must not tell.
        var account = known.Value;
        IReadOnlyList<string> logins = account is null ? [login] : [login, .. account.Logins.Where(other => other != login)];
        var answer = await passwords.FindAsync(new PasswordQuestion(logins, password), cancellationToken);
        return Judge(account, answer) with { Age = known.Provenance.Age };
    }

    private AuthenticationAnswer Judge(Account? account, PasswordAnswer answer) => answer.Verdict switch
    {
        PasswordVerdict.Right or PasswordVerdict.Wrong or PasswordVerdict.NotFound when account is null =>
            AuthenticationAnswer.Refused(Reason.AccountUnknown),
        PasswordVerdict.Right => rules.Deny(account, Rights.Login) is { } denial
            ? AuthenticationAnswer.RefusedTo(account, denial)
            : AuthenticationAnswer.Accepted(account),
        PasswordVerdict.Wrong => AuthenticationAnswer.Refused(Reason.PasswordWrong, account),
        PasswordVerdict.NotFound => AuthenticationAnswer.Refused(Reason.PasswordMissing, account),
        PasswordVerdict.Overloaded => AuthenticationAnswer.TryLater(Reason.PasswordsOverloaded, answer.Cause ?? "overloaded", account),
        _ => AuthenticationAnswer.TryLater(Reason.PasswordsUnavailable, answer.Cause ?? "no answer", account),
    };

    private static bool ActsAsAnother(AuthenticationRequest request, string login) => request.AuthorizationIdentity.Length > 0
        && !string.Equals(AddressNormalizer.NormalizeLogin(request.AuthorizationIdentity), login, StringComparison.Ordinal);
}
