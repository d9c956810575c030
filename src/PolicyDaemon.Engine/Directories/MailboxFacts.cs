namespace PolicyDaemon.Engine.Directories;

/// <summary>What a source itself says of where an account's mailbox is, each fact as it is written there and not yet looked at; null: nothing.</summary>
/// <remarks>What may not be used is not left out: the mailbox would be looked for somewhere else. Values that are several are one text, which no rule takes.</remarks>
/// <param name="Uid">The number of the system user that owns the files.</param>
/// <param name="Gid">As above, of the group.</param>
/// <param name="Home">An absolute path.</param>
/// <param name="Mail">As Dovecot's <c>mail_location</c> of 2.3: <c>maildir:~/Maildir</c>.</param>
public sealed record MailboxFacts(string? Uid = null, string? Gid = null, string? Home = null, string? Mail = null)
{
    public static readonly MailboxFacts None = new();

    /// <summary>These, and what the other says of which these say nothing.</summary>
    public MailboxFacts Or(MailboxFacts other) =>
        other == None ? this : new(Uid ?? other.Uid, Gid ?? other.Gid, Home ?? other.Home, Mail ?? other.Mail);
}
