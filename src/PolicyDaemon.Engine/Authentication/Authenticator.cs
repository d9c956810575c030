using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Guessing;

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

    /// <summary>From the question to the answer, with what a client is kept waiting for a wrong password: still before Postfix gives up.</summary>
    private static readonly TimeSpan LatestAnswer = TimeSpan.FromSeconds(7.5);

    /// <summary>For those who are locked out: they need not ask at once again.</summary>
    private static readonly TimeSpan DelayOfLocked = TimeSpan.FromSeconds(2);

    private readonly AccountRules rules;
    private readonly IDirectory directory;
    private readonly PasswordSearch passwords;
    private readonly IAuthenticationObserver observer;
    private readonly TimeProvider time;
    private readonly GuessingGuard? guard;

    /// <param name="directory">All sources as one.</param>
    /// <param name="passdbs">Those that have passwords, in the order in which they are asked.</param>
    /// <param name="guard">Null: anybody may guess for as long as they like.</param>
    public Authenticator(
        AccountRules rules,
        IDirectory directory,
        IReadOnlyList<IPassdb> passdbs,
        IAuthenticationObserver observer,
        TimeProvider time,
        GuessingGuard? guard = null)
    {
        this.guard = guard;
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
        if (!request.IsDelayedElsewhere) await WaitAsync(answer.Delay, started, cancellationToken);
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
            return await deadline.WaitAsync(token => AskAsync(login, request, token));
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

    private async Task WaitAsync(TimeSpan delay, long started, CancellationToken cancellationToken)
    {
        var left = LatestAnswer - time.GetElapsedTime(started);
        var shorter = delay < left ? delay : left;
        if (shorter > TimeSpan.Zero) await Task.Delay(shorter, time, cancellationToken);
    }

    private async ValueTask<AuthenticationAnswer> AskAsync(string login, AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var known = await directory.FindAccountAsync(login, cancellationToken);
        if (known.IsUnavailable) return AuthenticationAnswer.TryLater(Reason.DirectoryUnavailable, known.Cause ?? "no answer", known.Value);

        // Also when there is no account: the time must not tell.
        var account = known.Value;
        var name = account?.Name ?? login;
        if (FindLock(name, request, account) is { } locked) return locked;
        using var turn = guard is null ? null : await guard.TakeTurnAsync(name, request.ClientAddress, cancellationToken);
        if (FindLock(name, request, account) is { } meanwhile) return meanwhile;
        IReadOnlyList<string> logins = account is null ? [login] : [login, .. account.Logins.Where(other => other != login)];
        var answer = await passwords.FindAsync(new PasswordQuestion(logins, request.Password, request.ClientAddress), cancellationToken);

        // Again: of many guesses at once only those count that could have been made one after the other.
        return FindLock(name, request, account)
            ?? Note(name, request, Judge(account, answer) with { Age = known.Provenance.Age });
    }

    private AuthenticationAnswer? FindLock(string name, AuthenticationRequest request, Account? account) =>
        guard?.Find(name, request.ClientAddress) is { } found ? Locked(found, account) : null;

    private static AuthenticationAnswer Locked(GuardLock found, Account? account) => AuthenticationAnswer.RefusedFor(found, account) with { Delay = DelayOfLocked };

    private AuthenticationAnswer Note(string name, AuthenticationRequest request, AuthenticationAnswer answer)
    {
        if (answer.IsAccepted) guard?.Right(name, request.ClientAddress);
        if (guard is null || answer.Outcome != AuthenticationOutcome.Refused || answer.Kind != RefusalKind.Credentials) return answer;
        return guard.Wrong(name, request.ClientAddress, request.Password, out var delay) is { } before ? Locked(before, answer.Account) : answer with { Delay = delay };
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
