using System.Runtime.CompilerServices;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Backends.Files;

/// <summary>Accounts in passwd-files, aliases in Postfix's texts.</summary>
/// <param name="watch">Disposed by whoever made it.</param>
public sealed class FileDirectory(FileWatch watch, TimeProvider time) : IDirectory, IAccountList
{
    public string Name => watch.Name;

    /// <summary>By a login; or, when there is none and it has a domain, by an own address.</summary>
    /// <inheritdoc cref="IDirectory.FindAccountAsync"/>
    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var view = await watch.LookAsync(cancellationToken);
        if (view.FindAmbiguity(login) is { } cause) return Lookup<Account>.Ambiguous(cause, At(view));
        if (view.FindAccount(login) is { Account: var account }) return Lookup<Account>.Found(account, At(view, account));
        return view.FindOwners(login) switch
        {
            [{ Account: var owner }] => Lookup<Account>.Found(owner, At(view, owner)),
            { Count: > 1 } owners => Lookup<Account>.Ambiguous($"ambiguous: {owners.Count} accounts have the address {login}", At(view)),
            _ when view.UnreadPasswd is { } unread => Lookup<Account>.Unavailable(unread, At(view)),
            _ => Lookup<Account>.NotFound(At(view)),
        };
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var view = await watch.LookAsync(cancellationToken);
        var (owners, alias) = (view.FindOwners(address.Text), view.FindAlias(address));
        if (owners.Count == 0 && alias is null)
        {
            return (view.UnreadPasswd ?? view.UnreadAliases) is { } cause
                ? Lookup<AddressEntry>.Unavailable(cause, At(view))
                : Lookup<AddressEntry>.NotFound(At(view));
        }

        var entry = new AddressEntry
        {
            Address = address,
            Accounts = [.. owners.Select(owner => owner.Account)],
            Destinations = alias?.Destinations ?? [],
            AllowedSenders = [.. owners.SelectMany(owner => owner.AllowedSenders).Distinct()],
            IsExtra = alias is { LeadsElsewhere: true },
        };
        var provenance = owners is [{ Account: var owner }, ..] ? At(view, owner) : At(view) with { Entry = $"{address.Text} in {alias!.Place}" };

        // Behind an alias alone may be an account that nobody could read, and then it is the owner.
        return owners.Count == 0 && view.UnreadPasswd is { } unread
            ? Lookup<AddressEntry>.Unavailable(unread, provenance, entry)
            : Lookup<AddressEntry>.Found(entry, provenance);
    }

    /// <summary>Never: what has an address in a domain does not make the domain ours, and there is no other list here.</summary>
    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        new(Lookup<DomainEntry>.NotFound(Provenance.Of(Name)));

    /// <inheritdoc cref="IAccountList.ListAccountsAsync"/>
    public async IAsyncEnumerable<Lookup<Account>> ListAccountsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var view = await watch.LookAsync(cancellationToken);
        foreach (var (account, _) in view.Accounts) yield return Lookup<Account>.Found(account, At(view, account));
        if (view.UnreadPasswd is { } cause) yield return Lookup<Account>.Unavailable(cause, At(view));
    }

    private Provenance At(FileView view, Account? account = null) =>
        new(Name, account?.States[0].Entry ?? "", view.OldSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero);
}
