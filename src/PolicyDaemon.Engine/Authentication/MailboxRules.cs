namespace PolicyDaemon.Engine.Authentication;

/// <summary>Where mailboxes are, and who has one: what the configuration says of all of them.</summary>
public sealed record MailboxRules
{
    /// <summary>Dovecot's <c>first_valid_uid</c>.</summary>
    public const uint DefaultMinimum = 500;

    /// <summary>The source whose accounts have a mailbox, by its configured name; null: every account has one.</summary>
    public string? Source { get; init; }

    /// <summary>For accounts of which no source says it, as the others here.</summary>
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>A source that names a smaller one names the system's: such a mailbox is not told.</summary>
    public uint MinimumUid { get; init; } = DefaultMinimum;

    public uint MinimumGid { get; init; } = DefaultMinimum;

    public required MailboxTemplate Home { get; init; }

    /// <summary>Null: as the mail store's configuration says.</summary>
    public MailboxTemplate? Mail { get; init; }

    /// <summary>Octets for accounts of which no source says it, 0 for no limit; null: as the mail store's configuration says.</summary>
    public long? QuotaOctets { get; init; }
}
