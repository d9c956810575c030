using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>What may be stored, whatever the store.</summary>
internal static class ChangeRules
{
    /// <summary>Highest quota and amount: what an int column of a mailbox table holds.</summary>
    private const long MaxAmount = int.MaxValue;

    /// <summary>What is wrong with a change; null when nothing is.</summary>
    public static MailboxResult? FindInvalid(AccountChange change)
    {
        if (change.PasswordHash is { } hash && !IsTagged(hash))
        {
            return MailboxResult.Invalid("the password must be a hash with its scheme, {SCHEME}data");
        }

        if (change.QuotaMegabytes < 0) return MailboxResult.Invalid("a quota cannot be negative");
        if (change.SendAllowed == SendAllowed.Invalid) return MailboxResult.Invalid("sending is allowed, not allowed or not said");
        if (change.Status is { Length: > 0 } status && !MailboxNames.IsWord(status)) return MailboxResult.Invalid("a status is one short line");
        return FindInvalid(change.Limits) ?? FindInvalid(change.SendAs) ?? FindInvalid(change.AllowedSenders);
    }

    /// <inheritdoc cref="FindInvalid(AccountChange)"/>
    public static MailboxResult? FindInvalid(IReadOnlyDictionary<string, long?> limits)
    {
        foreach (var (name, amount) in limits)
        {
            if (!MailboxNames.IsWord(name)) return MailboxResult.Invalid("the name of a limit is one short line");
            if (amount is < 0 or > MaxAmount) return MailboxResult.Invalid($"limit {name}: {amount} is out of range");
        }

        return null;
    }

    /// <inheritdoc cref="FindInvalid(AccountChange)"/>
    public static MailboxResult? FindInvalid(SetChange change)
    {
        foreach (var member in change.Added.Concat(change.Removed))
        {
            if (!MailboxNames.TryParsePattern(member, out _)) return MailboxResult.Invalid($"'{member}' is neither an address nor @domain");
        }

        return null;
    }

    /// <summary>Any scheme may be stored, also one that only Dovecot checks; a bare word would be a password in clear text.</summary>
    private static bool IsTagged(string hash) =>
        hash.Length <= MailboxNames.MaxLength && hash.StartsWith('{') && hash.IndexOf('}', StringComparison.Ordinal) is > 1 and var end
        && end < hash.Length - 1 && !hash.Any(char.IsControl);
}
