using System.Data.Common;
using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Backends.Mailboxes;

/// <summary>Where the tables of domains, accounts and aliases are, for the commands that change them. The same rules hold for each.</summary>
/// <remarks>Both methods throw <see cref="StoreUnavailableException"/> when the store cannot be read or written now.</remarks>
public interface IMailboxStore
{
    /// <summary>The names that differ from store to store.</summary>
    MailboxSchema Schema { get; }

    /// <summary>Reads from one state of the store.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, T> read, CancellationToken cancellationToken);

    /// <summary>Runs one change in a transaction of its own, one after the other: committed when this returns.</summary>
    /// <param name="change">Given the connection inside the transaction; when it throws, nothing is changed.</param>
    Task<T> WriteAsync<T>(Func<DbConnection, T> change, CancellationToken cancellationToken);
}

/// <summary>Names of tables; they are constants of ours and never come from outside.</summary>
/// <param name="SenderRights">What a login may send as.</param>
/// <param name="RecipientRules">Who may write to an address.</param>
/// <param name="AccountLimits">A login's own amounts of limits.</param>
/// <param name="DomainLimits">A domain's.</param>
/// <param name="States">Whether a login may send, and its status.</param>
/// <param name="StateKey">The login's column there.</param>
public sealed record MailboxSchema(
    string SenderRights, string RecipientRules, AmountTable AccountLimits, AmountTable DomainLimits, string States, string StateKey)
{
    /// <summary>The mailbox table itself has the columns of <see cref="States"/>.</summary>
    internal bool HasStatesInAccounts => States == "virtual_users";
}
