using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>
/// Several sources asked together, as one: facts add up, the most restrictive state wins, and what one of them could not say makes the
/// answer Unavailable, with what the others know.
/// </summary>
/// <remarks>
/// Two sources mean the same account when they give it the same canonical name, or when the main address of one is an own address in the other.
/// </remarks>
/// <param name="sources">Two or more, in the order in which names and main addresses are taken from them.</param>
/// <param name="identity">The source that owns people: names are its own. Null: the first that knows the account.</param>
public sealed class CombinedDirectory(IReadOnlyList<IDirectory> sources, string? identity = null) : IDirectory
{
    /// <summary>Where no sender is allowed by all: an empty list would mean everyone, and no request can name this one.</summary>
    private static readonly IReadOnlyList<EmailAddress> Nobody = [new EmailAddress("\0", "invalid")];

    private readonly AccountMerge merge = new(identity);

    public string Name => string.Join("+", sources.Select(source => source.Name));

    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var answers = await AskAllAsync(source => source.FindAccountAsync(login, cancellationToken));
        var combined = new CombinedAnswer<Account>(Name);
        var known = new List<Account>();
        for (var i = 0; i < sources.Count; i++)
        {
            combined.Add(answers[i]);
            if (answers[i].Value is { } account) known.Add(account);
        }

        if (known.Count == 0) return combined.ToLookup(null);
        for (var i = 0; i < sources.Count; i++)
        {
            // A mailbox table knows the address, not the login: what it says about the account counts all the same.
            if (answers[i].IsNotFound) known.AddRange(await FindByAddressAsync(sources[i], known, combined, cancellationToken));
        }

        return combined.ToLookup(merge.Merge(known));
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var answers = await AskAllAsync(source => source.FindAddressAsync(address, cancellationToken));
        var combined = new CombinedAnswer<AddressEntry>(Name);
        var entries = new List<AddressEntry>();
        foreach (var answer in answers)
        {
            combined.Add(answer);
            if (answer.Value is { } entry) entries.Add(entry);
        }

        if (entries.Count == 0) return combined.ToLookup(null);
        var accounts = new List<Account>();
        foreach (var account in entries.SelectMany(entry => entry.Accounts)) accounts.Add(await CompleteAsync(account, combined, cancellationToken));
        return combined.ToLookup(new AddressEntry
        {
            Address = address,
            Accounts = merge.Distinct(accounts),
            Destinations = [.. entries.SelectMany(entry => entry.Destinations).Distinct()],
            AllowedSenders = NarrowestOf([.. entries.Select(entry => entry.AllowedSenders).Where(senders => senders.Count > 0)]),
            IsExtra = entries.Exists(entry => entry.IsExtra),
        });
    }

    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var combined = new CombinedAnswer<DomainEntry>(Name);
        DomainEntry? known = null;
        foreach (var answer in await AskAllAsync(source => source.FindDomainAsync(domain, cancellationToken)))
        {
            combined.Add(answer);
            if (answer.Value is { } entry) known = new DomainEntry(domain, entry.IsEnabled && known is not { IsEnabled: false });
        }

        return combined.ToLookup(known);
    }

    /// <summary>An account that one source found by its address, with what the other sources say of the person.</summary>
    private async ValueTask<Account> CompleteAsync(Account account, CombinedAnswer<AddressEntry> combined, CancellationToken cancellationToken)
    {
        if (account.Logins.Count == 0) return account;
        var whole = await FindAccountAsync(account.Logins[0], cancellationToken);
        combined.Add(whole);
        return whole.Value is { } found ? merge.Merge([account, found]) : account;
    }

    private static async ValueTask<IEnumerable<Account>> FindByAddressAsync(
        IDirectory source, IReadOnlyList<Account> known, CombinedAnswer<Account> combined, CancellationToken cancellationToken)
    {
        if (known.SelectMany(account => account.Addresses).FirstOrDefault() is not { } main) return [];
        var entry = await source.FindAddressAsync(main, cancellationToken);
        combined.Add(entry);

        // Shared by several there: none of them is known to be this one.
        return entry.Value is { Accounts: [var account] } ? [account] : [];
    }

    private async ValueTask<IReadOnlyList<Lookup<T>>> AskAllAsync<T>(Func<IDirectory, ValueTask<Lookup<T>>> ask)
        where T : class => await Task.WhenAll(sources.Select(source => ask(source).AsTask()));

    /// <summary>A sender must be allowed wherever somebody says who is.</summary>
    private static IReadOnlyList<EmailAddress> NarrowestOf(List<IReadOnlyList<EmailAddress>> lists) => lists switch
    {
        [] => [],
        [var only] => only,
        _ => lists.Aggregate((one, other) => [.. one.Intersect(other)]) is { Count: > 0 } common ? common : Nobody,
    };
}
