using System.Net;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>A source of passwords; the passdb contract tests hold every backend to this.</summary>
/// <remarks>
/// No method throws for a source that is down, slow or refuses: that is <see cref="PasswordVerdict.Unavailable"/> with a cause.
/// <see cref="OperationCanceledException"/> is thrown only when the caller's token is cancelled. NotFound takes as long as Wrong does, so that
/// the time does not tell who exists.
/// </remarks>
public interface IPassdb
{
    /// <summary>The configured name of the source, the same as its directory's: <c>ldap</c>, <c>sqlite</c>, …</summary>
    string Name { get; }

    ValueTask<PasswordAnswer> VerifyAsync(PasswordQuestion question, CancellationToken cancellationToken);
}

/// <summary>Whether this is the password of this account.</summary>
/// <param name="Logins">
/// At least one, normalized and otherwise hostile: the login that was typed, then the account's others, for sources know a person by different
/// ones. The first that a source knows counts there.
/// </param>
/// <param name="Password">Usable; its owner disposes it.</param>
/// <param name="ClientAddress">Where the login comes from; null when it was not told.</param>
public sealed record PasswordQuestion(IReadOnlyList<string> Logins, Password Password, IPAddress? ClientAddress = null);
