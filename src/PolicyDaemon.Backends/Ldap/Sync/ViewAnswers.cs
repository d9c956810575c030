using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Ldap.Sync;

/// <summary>Answers questions from a view as <see cref="LdapDirectory"/> answers them by asking a server.</summary>
/// <param name="source">The name of the directory.</param>
internal sealed class ViewAnswers(string source, LdapOptions options)
{
    /// <summary>Accounts that were asked for last are kept as such: at most some megabytes.</summary>
    private const int MaxKept = 4096;

    private readonly Recent<ViewEntry, Account> accountsOf = new(MaxKept, ReferenceEqualityComparer.Instance);
    private readonly Recent<ViewEntry, AddressEntry> addressesOf = new(MaxKept, ReferenceEqualityComparer.Instance);

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
        if (owners.Count == 1 && addressesOf.Find(owners[0]) is { } kept && kept.Address.Equals(address)) return Found(kept, age);
        if (owners.Count > LdapDirectory.MaxOwners)
            return Lookup<AddressEntry>.Ambiguous($"ambiguous: more than {LdapDirectory.MaxOwners} entries share one address", From("", age));

        var accounts = new Account[owners.Count];
        List<EmailAddress>? allowedSenders = null;
        for (var i = 0; i < accounts.Length; i++)
        {
            var owner = owners[i];
            if (owner.HasUnreadableAllowedSenders)
                return Lookup<AddressEntry>.Ambiguous($"{options.Attributes.AllowedSenders} of {owner.Dn} holds no address", From(owner.Dn, age));
            accounts[i] = AccountOf(owner);
            if (owner.AllowedSenders is { Count: > 0 } senders) (allowedSenders ??= []).AddRange(senders);
        }

        var entry = new AddressEntry { Address = address, Accounts = accounts, AllowedSenders = allowedSenders is null ? [] : [.. allowedSenders.Distinct()] };
        if (owners.Count == 1) addressesOf.Keep(owners[0], entry);
        return Found(entry, age);
    }

    /// <summary>Never: what has an address in a domain does not make the domain ours, and there is no other list here.</summary>
    /// <inheritdoc cref="FindAccount" path="/param"/>
    public Lookup<DomainEntry> FindDomain(TimeSpan age) => Lookup<DomainEntry>.NotFound(From("", age));

    private Lookup<Account> Found(ViewEntry entry, TimeSpan age)
    {
        var account = AccountOf(entry);
        return Lookup<Account>.Found(account, From(account.States[0].Entry, age));
    }

    private Lookup<AddressEntry> Found(AddressEntry entry, TimeSpan age) =>
        Lookup<AddressEntry>.Found(entry, From(entry.Accounts[0].States[0].Entry, age));

    /// <summary>An entry does not change: what changes in the directory becomes another one.</summary>
    private Account AccountOf(ViewEntry entry)
    {
        if (accountsOf.Find(entry) is { } kept) return kept;
        var account = entry.Account;
        accountsOf.Keep(entry, account);
        return account;
    }

    private Provenance From(string entry, TimeSpan age) => new(source, entry, age);

    private static string NamesOf(EntrySet entries)
    {
        var named = string.Join(" and ", entries.Take(SyncConflict.MaxDns).Select(entry => entry.Dn));
        return entries.Count > SyncConflict.MaxDns ? $"{named} and others" : named;
    }
}
