using PolicyDaemon.Engine.Directories;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>How an attempt to log in ended.</summary>
public enum AuthenticationOutcome
{
    /// <summary>It is not known: the client must be told so, and never that its password is wrong.</summary>
    TryLater,
    Refused,
    Accepted,
}

/// <summary>What a refused client may be told, by the words that the Dovecot auth protocol has for it.</summary>
public enum RefusalKind
{
    /// <summary>The credentials are wrong; whether because of the login or the password is not told.</summary>
    Credentials,

    /// <summary>The password is right and the account may not log in: <c>code=user_disabled</c>.</summary>
    AccountDisabled,

    /// <summary>It may not act as somebody else: <c>code=authz_fail</c>.</summary>
    Authorization,
}

/// <summary>The answer to an <see cref="AuthenticationRequest"/>.</summary>
public sealed record AuthenticationAnswer
{
    private AuthenticationAnswer(AuthenticationOutcome outcome) => Outcome = outcome;

    public AuthenticationOutcome Outcome { get; }

    public bool IsAccepted => Outcome == AuthenticationOutcome.Accepted;

    /// <summary>Who logged in, or whose login was refused or not decided; null when that is not known.</summary>
    public Account? Account { get; private init; }

    /// <summary>The account's main address, or its name where it has none: what mail stores call a user. Empty unless accepted.</summary>
    public string User { get; private init; } = "";

    /// <summary>
    /// What Postfix is to call the login: it asks about its rights by that name, so it is the user only where the directory knows that as a login,
    /// else the account's name. Empty unless accepted.
    /// </summary>
    public string SaslUsername { get; private init; } = "";

    /// <summary>Private: why it was not accepted; null when it was.</summary>
    public Reason? Reason { get; private init; }

    public RefusalKind Kind { get; private init; }

    /// <summary>For the client: names no source and tells nothing about who exists; null: nothing more than that it failed.</summary>
    public string? PublicText { get; private init; }

    /// <summary>Private: one sentence for the log; null when the reason says it all.</summary>
    public string? Cause { get; private init; }

    /// <summary>How long the client is to be kept waiting for it, so that guessing takes time.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Age of the oldest fact about the account that was used.</summary>
    public TimeSpan Age { get; init; }

    public static AuthenticationAnswer Accepted(Account account)
    {
        var user = account.MainAddress?.Text ?? account.Name;
        return new(AuthenticationOutcome.Accepted) { Account = account, User = user, SaslUsername = account.Logins.Contains(user) ? user : account.Name };
    }

    /// <param name="account">Null when nobody has this login.</param>
    public static AuthenticationAnswer Refused(Reason reason, Account? account = null) => new(AuthenticationOutcome.Refused)
    {
        Reason = reason,
        Account = account,
    };

    /// <summary>Of one who gave the right password, and so may know why.</summary>
    public static AuthenticationAnswer RefusedTo(Account account, Denial denial) => new(AuthenticationOutcome.Refused)
    {
        Reason = denial.Reason,
        Account = account,
        Kind = RefusalKind.AccountDisabled,
        PublicText = "This account may not log in",
        Cause = $"{denial.State.Source}: {denial.State.Entry}",
    };

    /// <summary>Of a login or a network that is locked: no password is looked at, so that this tells nothing about one.</summary>
    public static AuthenticationAnswer RefusedFor(GuardLock found, Account? account) => new(AuthenticationOutcome.Refused)
    {
        Reason = found.IsOfNetwork ? Reason.GuessingNetwork : Reason.GuessingLogin,
        Account = account,
        PublicText = "Too many wrong passwords, try again later",
        Cause = found.Key,
    };

    public static AuthenticationAnswer RefusedToActAs() => new(AuthenticationOutcome.Refused)
    {
        Reason = Reason.MasterLogin,
        Kind = RefusalKind.Authorization,
        PublicText = "You may not log in as somebody else",
    };

    public static AuthenticationAnswer TryLater(Reason reason, string cause, Account? account = null) => new(AuthenticationOutcome.TryLater)
    {
        Reason = reason,
        Account = account,
        Cause = cause,
    };
}
