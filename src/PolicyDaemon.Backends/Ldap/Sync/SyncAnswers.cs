using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Answers questions from a view as <see cref="LdapDirectory"/> answers them by asking a server.</summary>
internal sealed class SyncAnswers(string source, LdapOptions options)
{
    public Lookup<Account> FindAccount(AccountView view, string login, TimeSpan age)
    {
        IReadOnlyList<ViewEntry> matching = [.. view.WithLogin(login)];
        if (matching.Count == 0 && login.Contains('@', StringComparison.Ordinal)) matching = [.. view.WithAddress(login)];
        return matching switch
        {
            [] => Lookup<Account>.NotFound(From("", age)),
            [var entry] => Lookup<Account>.Found(entry.Account, From(entry.Dn, age)),
            _ => Lookup<Account>.Ambiguous(
                $"ambiguous: {matching.Count} entries answer for one login, {string.Join(" and ", matching.Take(SyncReports.MaxConflicts).Select(entry => entry.Dn))}",
                From("", age)),
        };
    }

    public Lookup<AddressEntry> FindAddress(AccountView view, EmailAddress address, TimeSpan age)
    {
        IReadOnlyList<ViewEntry> owners = [.. view.WithAddress(address.Text)];
        if (owners.Count == 0) return Lookup<AddressEntry>.NotFound(From("", age));
        if (owners.Count > LdapDirectory.MaxOwners)
            return Lookup<AddressEntry>.Ambiguous($"ambiguous: more than {LdapDirectory.MaxOwners} entries share one address", From("", age));
        if (owners.FirstOrDefault(owner => owner.HasUnreadableAllowedSenders) is { } unreadable)
            return Lookup<AddressEntry>.Ambiguous($"{options.Attributes.AllowedSenders} of {unreadable.Dn} holds no address", From(unreadable.Dn, age));

        var entry = new AddressEntry
        {
            Address = address,
            Accounts = [.. owners.Select(owner => owner.Account)],
            AllowedSenders = [.. owners.SelectMany(owner => owner.AllowedSenders).Distinct()],
        };
        return Lookup<AddressEntry>.Found(entry, From(owners[0].Dn, age));
    }

    private Provenance From(string entry, TimeSpan age) => new(source, entry, age);
}
