using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine;

/// <summary>What an account may do. A right that is not there is refused.</summary>
[Flags]
public enum Rights
{
    None = 0,
    Send = 1,
    Login = 2,
    Receive = 4,
    All = Send | Login | Receive,
}

/// <summary>
/// Turns the raw facts of an account into rights: the table of account statuses, what an absent attribute means, and which
/// source must know a person.
/// </summary>
public sealed class AccountRules
{
    /// <summary>Account status to rights, by value without regard to case. A value not in it leaves only <see cref="Rights.Receive"/>.</summary>
    public required IReadOnlyDictionary<string, Rights> Statuses { get; init; }

    /// <summary>What an account without the send attribute may do: true, it may send.</summary>
    public bool MaySendWhenAbsent { get; init; } = true;

    /// <summary>The source that owns people: an account that it does not know may not send. Null: the sources are equal.</summary>
    public string? Identity { get; init; }

    /// <summary>Why the account lacks <paramref name="right"/>, or null when it has it. The most restrictive source wins.</summary>
    /// <param name="isPartial">
    /// True when some source could not be asked. Then only what a known source says counts; that the owner of people is
    /// missing, or that nobody grants, proves nothing.
    /// </param>
    public Denial? Deny(Account account, Rights right, bool isPartial = false)
    {
        for (var i = 0; i < account.States.Count; i++)
        {
            if (Deny(account.States[i], right) is { } denial) return denial;
        }

        return right == Rights.Send ? DenySilence(account, isPartial) : null;
    }

    /// <summary>What it means that no source forbids sending: the owner of people must know the account, and may have to say yes.</summary>
    private Denial? DenySilence(Account account, bool isPartial)
    {
        if (FindIdentity(account) is not { } known) return isPartial ? null : new Denial(Reason.AccountUnknownToIdentity, account.States[0]);

        // A source that has no such attribute at all, an SQL mailbox table, must not take the right away by its silence.
        if (MaySendWhenAbsent || account.States.Any(state => IsIdentity(state) && state.SendAllowed == SendAllowed.True)) return null;
        return isPartial && Identity is null ? null : new Denial(Reason.SendingNotGranted, known);
    }

    private Denial? Deny(AccountState state, Rights right)
    {
        if (!state.IsEnabled) return new Denial(Reason.AccountDisabled, state);
        if (state.Status is { } status)
        {
            if (!Statuses.TryGetValue(status, out var rights))
            {
                if (right != Rights.Receive) return new Denial(Reason.AccountStatusUnknown, state);
            }
            else if (!rights.HasFlag(right))
            {
                return new Denial(Reason.AccountStatus, state);
            }
        }

        return right == Rights.Send ? DenySend(state) : null;
    }

    private static Denial? DenySend(AccountState state) => state.SendAllowed switch
    {
        SendAllowed.True or SendAllowed.Absent => null,
        SendAllowed.False => new Denial(Reason.SendingDisabled, state),
        _ => new Denial(Reason.SendAllowedInvalid, state),
    };

    private AccountState? FindIdentity(Account account)
    {
        for (var i = 0; i < account.States.Count; i++)
        {
            if (IsIdentity(account.States[i])) return account.States[i];
        }

        return null;
    }

    private bool IsIdentity(AccountState state) => Identity is null || string.Equals(state.Source, Identity, StringComparison.Ordinal);
}

/// <summary>A right that an account does not have, and the source that takes it away.</summary>
public sealed record Denial(Reason Reason, AccountState State);
