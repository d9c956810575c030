namespace PolicyDaemon.Doctor;

/// <summary>What of the daemon's own configuration others must fit to.</summary>
internal sealed record OwnSettings
{
    /// <summary>This node's name.</summary>
    internal string Node { get; init; } = "";

    /// <summary>Null: nobody hands us mail to deliver.</summary>
    internal DeliverySettings? Delivery { get; init; }

    /// <summary>Dovecot asks the daemon about logins or mailboxes.</summary>
    internal bool IsAskedByDovecot { get; init; }

    /// <summary>Null: no LDAP server is asked.</summary>
    internal LdapSettings? Ldap { get; init; }

    /// <summary>The queue and its disk are watched.</summary>
    internal bool WatchesQueue { get; init; }

    /// <summary>The directory of mailboxes whose disk is watched; null: none is.</summary>
    internal string? MailStore { get; init; }

    /// <summary>Absolute; null: there is none.</summary>
    internal string? ConfigurationFile { get; init; }

    /// <summary>Absolute; null: nothing is written.</summary>
    internal string? StateDirectory { get; init; }

    /// <summary>The SQLite file of the store; null: the store is another.</summary>
    internal string? Database { get; init; }
}

/// <param name="Backends">In the spelling of the configuration.</param>
/// <param name="RecipientConcurrency">Deliveries at once to one mailbox.</param>
/// <param name="FinalTimeout">How long the mail store may take to answer a message.</param>
internal sealed record DeliverySettings(IReadOnlyList<string> Backends, int RecipientConcurrency, TimeSpan FinalTimeout);

/// <param name="BindDn">Null: anonymous.</param>
/// <param name="Filter">As text.</param>
/// <param name="IsSync">The servers are to send changes.</param>
/// <param name="ReadsPasswords">Passwords are checked by what <c>userPassword</c> says.</param>
/// <param name="Unprotected">URLs of servers on other machines that are asked without TLS.</param>
internal sealed record LdapSettings(
    string? BindDn, string BaseDn, string Filter, bool IsStartTls, bool IsSync, bool ReadsPasswords, IReadOnlyList<string> Unprotected);
