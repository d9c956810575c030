using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>
/// A person or role that logs in, sends and receives: the raw facts, as the sources have them. What they allow is for
/// <see cref="AccountRules"/> to say, so that one configuration decides for every source.
/// </summary>
public sealed record Account
{
    /// <summary>
    /// The canonical name: the first login, normalized, or the first address when nobody logs in to it. The key of blocks and
    /// limits, whatever spelling a client used.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The SASL usernames that mean this account, normalized; may be empty (a list, a role address).</summary>
    public required IReadOnlyList<string> Logins { get; init; }

    /// <summary>The account's own addresses, the main one first.</summary>
    public required IReadOnlyList<EmailAddress> Addresses { get; init; }

    /// <summary>What each source that knows the account says about it; never empty.</summary>
    public required IReadOnlyList<AccountState> States { get; init; }

    /// <summary>Addresses, or <c>@domain</c>, that it may send as besides its own.</summary>
    public IReadOnlyList<EmailAddress> SendAs { get; init; } = [];

    /// <summary>Limits of its own, by the limit's configured name; they replace the configured amount.</summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = EmptyLimits;

    /// <summary>How many octets its mailbox may hold: 0 is no limit; null: no source says so.</summary>
    public long? QuotaOctets { get; init; }

    /// <summary>Where its mailbox is, as far as a source says so.</summary>
    public MailboxFacts Mailbox { get; init; } = MailboxFacts.None;

    /// <summary>The first of its own addresses that is one; null when it has none but catch-alls.</summary>
    public EmailAddress? MainAddress => Addresses.FirstOrDefault(address => !address.IsCatchAll);

    private static readonly Dictionary<string, long> EmptyLimits = [];

    public bool Owns(EmailAddress address)
    {
        for (var i = 0; i < Addresses.Count; i++)
        {
            if (Addresses[i].Equals(address)) return true;
        }

        return false;
    }
}

/// <summary>What one source says about an account.</summary>
/// <param name="Source">The source's configured name.</param>
/// <param name="Entry">The entry there, for <c>ask</c> and <c>lookup</c>: a DN or a row.</param>
/// <param name="SendAllowed">The value of <c>tnMailSendAllowed</c> or of its like.</param>
/// <param name="Status">The value of <c>tnAccountStatus</c> or of its like, as written; null when absent.</param>
/// <param name="IsEnabled">False: this source has switched the account or its domain off, no right is left.</param>
public sealed record AccountState(
    string Source, string Entry, SendAllowed SendAllowed = SendAllowed.Absent, string? Status = null, bool IsEnabled = true);

/// <summary>The attribute that takes away the right to send and nothing else.</summary>
public enum SendAllowed
{
    /// <summary>Not said: <c>directory.whenAbsent</c> decides.</summary>
    Absent,
    True,
    False,

    /// <summary>Said, but neither true nor false, or said twice: counts as false and is reported.</summary>
    Invalid,
}
