using PolicyDaemon.Backends.Ldap;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Hosting;

/// <summary>Who is in LDAP: those in memory, or, while there are none there, those that a server lists.</summary>
/// <param name="view">Null: nothing is followed.</param>
internal sealed class LdapAccounts(SyncDirectory? view, LdapAccountList asked) : IAccountList
{
    public string Name => asked.Name;

    public IAsyncEnumerable<Lookup<Account>> ListAccountsAsync(CancellationToken cancellationToken) =>
        view is { Status: { IsViewUsed: true } or { IsStale: true } } ? view.ListAccountsAsync(cancellationToken) : asked.ListAccountsAsync(cancellationToken);
}
