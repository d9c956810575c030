using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.MailStack.Dovecot;

/// <summary>What differs between two private Dovecots.</summary>
public sealed record DovecotOptions
{
    /// <summary>A single word: directory below the root of the stack and name of the process.</summary>
    public string Name { get; init; } = "dovecot";

    /// <summary>Passwords are checked by a bind to this server; without it against a passwd-file with <see cref="TruenorthDirectory.PasswordOf"/>.</summary>
    public SlapdServer? Slapd { get; init; }

    /// <summary>Where Postfix finds SASL; a chrooted smtpd needs <see cref="Postfix.PostfixServer.PathInQueueDirectory"/>. By default in Dovecot's own directory.</summary>
    public string? SaslSocket { get; init; }

    /// <summary>Who has a mailbox, by login. LMTP refuses everyone else.</summary>
    public IReadOnlyList<string> Mailboxes { get; init; } = TruenorthDirectory.Logins;

    /// <summary>Login → size of the mailbox in bytes. Others are unlimited.</summary>
    public IReadOnlyDictionary<string, long> QuotaBytes { get; init; } = new Dictionary<string, long>();
}
