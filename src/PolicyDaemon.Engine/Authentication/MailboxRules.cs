namespace PolicyDaemon.Engine.Authentication;

/// <summary>Where mailboxes are, and who has one: what the configuration says of all of them.</summary>
public sealed record MailboxRules
{
    /// <summary>The source whose accounts have a mailbox, by its configured name; null: every account has one.</summary>
    public string? Source { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required MailboxTemplate Home { get; init; }

    /// <summary>Null: as the mail store's configuration says.</summary>
    public MailboxTemplate? Mail { get; init; }

    /// <summary>Octets for accounts of which no source says it, 0 for no limit; null: as the mail store's configuration says.</summary>
    public long? QuotaOctets { get; init; }
}
