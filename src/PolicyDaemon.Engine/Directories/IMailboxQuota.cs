using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>How full a mailbox is: no directory knows, the mail store does.</summary>
public interface IMailboxQuota
{
    /// <summary>Whether a message would still fit.</summary>
    /// <param name="recipient">An address of the mailbox, as the mail store knows it.</param>
    /// <param name="size">Octets; 0 when unknown.</param>
    /// <returns>Found with the answer, NotFound when the mail store does not know the mailbox, or Unavailable. Never throws for a store that is down.</returns>
    ValueTask<Lookup<QuotaState>> FindQuotaAsync(EmailAddress recipient, long size, CancellationToken cancellationToken);
}

/// <param name="IsOverQuota">The message would not fit.</param>
public sealed record QuotaState(bool IsOverQuota);
