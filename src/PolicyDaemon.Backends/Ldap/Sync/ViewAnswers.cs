using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Answers questions from a view as <see cref="LdapDirectory"/> answers them by asking a server.</summary>
/// <param name="source">The name of the directory.</param>
internal sealed class ViewAnswers(string source, LdapOptions options)
{
    /// <summary>By a login; or, when no entry has it as one and it has a domain, by an address.</summary>
    /// <param name="age">Time since a provider was last heard.</param>
    public Lookup<Account> FindAccount(AccountView view, string login, TimeSpan age)
    {
        var matching = view.WithLogin(login);
        if (matching.Count == 0 && login.Contains('@', StringComparison.Ordinal)) matching = view.WithAddress(login);
        return matching.Count switch
        {
            0 => Lookup<Account>.NotFound(From("", age)),
            1 => Found(matching[0], age),
            _ => Lookup<Account>.Ambiguous($"ambiguous: {matching.Count} entries answer for one login, {NamesOf(matching)}", From("", age)),
        };
    }

    /// <inheritdoc cref="FindAccount" path="/param"/>
    public Lookup<AddressEntry> FindAddress(AccountView view, EmailAddress address, TimeSpan age)
    {
        var owners = view.WithAddress(address.Text);
        if (owners.Count == 0) return Lookup<AddressEntry>.NotFound(From("", age));
        if (owners.Count > LdapDirectory.MaxOwners)
            return Lookup<AddressEntry>.Ambiguous($"ambiguous: more than {LdapDirectory.MaxOwners} entries share one address", From("", age));

        var accounts = new Account[owners.Count];
        List<EmailAddress>? allowedSenders = null;
        for (var i = 0; i < accounts.Length; i++)
        {
            var owner = owners[i];
            if (owner.HasUnreadableAllowedSenders)
                return Lookup<AddressEntry>.Ambiguous($"{options.Attributes.AllowedSenders} of {owner.Dn} holds no address", From(owner.Dn, age));
            accounts[i] = owner.Account;
            if (owner.AllowedSenders is { Count: > 0 } senders) (allowedSenders ??= []).AddRange(senders);
        }

        var entry = new AddressEntry { Address = address, Accounts = accounts, AllowedSenders = allowedSenders is null ? [] : [.. allowedSenders.Distinct()] };
        return Lookup<AddressEntry>.Found(entry, From(accounts[0].States[0].Entry, age));
    }

    /// <summary>Never: what has an address in a domain does not make the domain ours, and there is no other list here.</summary>
    /// <inheritdoc cref="FindAccount" path="/param"/>
    public Lookup<DomainEntry> FindDomain(TimeSpan age) => Lookup<DomainEntry>.NotFound(From("", age));

    private Lookup<Account> Found(ViewEntry entry, TimeSpan age)
    {
        var account = entry.Account;
        return Lookup<Account>.Found(account, From(account.States[0].Entry, age));
    }

    private Provenance From(string entry, TimeSpan age) => new(source, entry, age);

    private static string NamesOf(EntrySet entries)
    {
        var named = string.Join(" and ", entries.Take(SyncConflict.MaxDns).Select(entry => entry.Dn));
        return entries.Count > SyncConflict.MaxDns ? $"{named} and others" : named;
    }
}
