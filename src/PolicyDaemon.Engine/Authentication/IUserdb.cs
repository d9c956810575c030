using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Engine.Authentication;

/// <summary>Where mailboxes are: what Dovecot calls a userdb.</summary>
public interface IUserdb
{
    /// <summary>The mailbox of a login, or of an address that mail is delivered to.</summary>
    /// <param name="login">As typed; normalized here.</param>
    /// <returns>NotFound only when there is really no mailbox: mail for it is refused. Never throws for a source that is down.</returns>
    ValueTask<Lookup<Mailbox>> FindAsync(string login, CancellationToken cancellationToken);

    /// <summary>The users that have a mailbox, as <see cref="Mailbox.User"/>, one by one.</summary>
    /// <returns>An item that is not Found ends the list: it is incomplete, and must not be taken for all there are.</returns>
    IAsyncEnumerable<Lookup<string>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A mailbox as the mail store needs it.</summary>
public sealed record Mailbox
{
    /// <summary>What the mail store calls the user; the same however the login was spelled.</summary>
    public required string User { get; init; }

    /// <summary>Its parts are what templates insert.</summary>
    public required EmailAddress Address { get; init; }

    /// <summary>The system user that owns the files.</summary>
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>An absolute path.</summary>
    public required string Home { get; init; }

    /// <summary>Where the mail is, as Dovecot's <c>mail_location</c> of 2.3 writes it: <c>maildir:~/Maildir</c>; null: as Dovecot's configuration says.</summary>
    public string? Mail { get; init; }

    /// <summary>How many octets it may hold; null: as the mail store's configuration says.</summary>
    public long? QuotaOctets { get; init; }
}
