using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Guessing;

/// <summary>
/// The guard for logins that somebody else decides: asks it before a password is looked at, and tells it how that ended. What stands for the
/// password of a request here is some mark of it, by which the same one again is known.
/// </summary>
/// <param name="directory">All sources as one, of the moment: knows which logins are one account. While it is away a login counts as it was typed.</param>
public sealed class ReportedLogins(Func<IDirectory> directory, GuessingGuard guard, IAuthenticationObserver observer, TimeProvider time)
{
    /// <summary>Dovecot waits 2 s for all of the answer (<c>auth_policy_server_timeout_msecs</c>).</summary>
    private static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(1);

    /// <summary>May this password be looked at?</summary>
    /// <returns>The refusal of a login or network that is locked; else null and how long to wait first.</returns>
    public async ValueTask<(AuthenticationAnswer? Refusal, TimeSpan Delay)> AllowAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (name, account) = await FindAsync(request, cancellationToken);
        if (guard.Find(name, request.ClientAddress) is not { } locked) return (null, guard.DelayBefore(name, request.ClientAddress));
        var refusal = AuthenticationAnswer.RefusedFor(locked, account);
        observer.OnAuthentication(request, refusal, time.GetElapsedTime(started));
        return (refusal, TimeSpan.Zero);
    }

    /// <summary>This is how it ended. To be told only of passwords that were looked at: an outage is neither.</summary>
    public async ValueTask ReportAsync(AuthenticationRequest request, bool isRight, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (name, account) = await FindAsync(request, cancellationToken);
        if (isRight)
        {
            guard.Right(name, request.ClientAddress);
            return;
        }

        guard.Wrong(name, request.ClientAddress, request.Password, out _);
        observer.OnAuthentication(request, AuthenticationAnswer.Refused(Reason.PasswordReported, account), time.GetElapsedTime(started));
    }

    private async ValueTask<(string Name, Account? Account)> FindAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        var login = AddressNormalizer.NormalizeLogin(request.Login);
        if (!AddressNormalizer.IsLogin(login)) return (login, null);
        using var deadline = new Deadline(LookupTime, time, cancellationToken);
        try
        {
            var known = await deadline.WaitAsync(token => directory().FindAccountAsync(login, token));
            return (known.Value?.Name ?? login, known.Value);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return (login, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !deadline.IsGivenUp)
        {
            observer.OnFault(request, exception);
            return (login, null);
        }
    }
}
