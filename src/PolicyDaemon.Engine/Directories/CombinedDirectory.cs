using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>
/// Several sources asked together, as one: facts add up, the most restrictive state wins, and what one of them could not say makes the
/// answer Unavailable, with what the others know.
/// </summary>
/// <remarks>Which accounts of two sources are one person's, <see cref="AccountSearch"/> says.</remarks>
/// <param name="sources">In the order in which names and main addresses are taken from them.</param>
/// <param name="identity">The source that owns people: names are its own. Null: the first that knows the account.</param>
/// <param name="extras">Sources that know addresses only, no accounts. One that is away matters only for an address that nobody else knows.</param>
public sealed class CombinedDirectory(IReadOnlyList<IDirectory> sources, string? identity = null, IReadOnlyList<IDirectory>? extras = null) : IDirectory
{
    /// <summary>Where no sender is allowed by all: an empty list would mean everyone, and no request can name this one.</summary>
    private static readonly IReadOnlyList<EmailAddress> Nobody = [new EmailAddress("\0", "invalid")];

    private readonly AccountMerge merge = new(identity);
    private readonly IReadOnlyList<IDirectory> extras = extras ?? [];

    public string Name => string.Join("+", sources.Concat(extras).Select(source => source.Name));

    public async ValueTask<Lookup<Account>> FindAccountAsync(string login, CancellationToken cancellationToken)
    {
        var combined = new CombinedAnswer(Name);
        var search = new AccountSearch(sources, combined);
        await search.AddLoginAsync(login, cancellationToken);
        return combined.ToLookup(search.Found.Count == 0 ? null : await WholeAsync(search, combined, cancellationToken));
    }

    public async ValueTask<Lookup<AddressEntry>> FindAddressAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var combined = new CombinedAnswer(Name);
        var answers = await AskAsync(sources, source => source.FindAddressAsync(address, cancellationToken));
        foreach (var answer in answers) combined.Add(answer);

        var entries = answers.Select(answer => answer.Value).OfType<AddressEntry>().ToList();
        foreach (var answer in await AskAsync(extras, source => source.FindAddressAsync(address, cancellationToken)))
        {
            if (answer.Value is { } entry) entries.Add(entry);
            if (answer.Value is not null || entries.Count == 0) combined.Add(answer);
        }

        if (entries.Count == 0) return combined.ToLookup<AddressEntry>(null);
        var accounts = new List<Account>();
        for (var i = 0; i < answers.Count; i++)
        {
            foreach (var account in answers[i].Value?.Accounts ?? [])
            {
                if (accounts.Exists(whole => account.States.All(whole.States.Contains))) continue;
                var search = new AccountSearch(sources, combined);
                search.Add(i, account);
                accounts.Add(await WholeAsync(search, combined, cancellationToken));
            }
        }

        return combined.ToLookup(new AddressEntry
        {
            Address = address,
            Accounts = [.. accounts.DistinctBy(account => account.Name, StringComparer.Ordinal)],
            Destinations = [.. entries.SelectMany(entry => entry.Destinations).Distinct()],
            AllowedSenders = NarrowestOf([.. entries.Select(entry => entry.AllowedSenders).Where(senders => senders.Count > 0)]),
            IsExtra = entries.Exists(entry => entry.IsExtra),
        });
    }

    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken)
    {
        var combined = new CombinedAnswer(Name);
        DomainEntry? known = null;
        foreach (var answer in await AskAsync(sources, source => source.FindDomainAsync(domain, cancellationToken)))
        {
            combined.Add(answer);
            if (answer.Value is { } entry) known = known is null ? entry with { Name = domain } : Merge(known, entry);
        }

        return combined.ToLookup(known);
    }

    /// <summary>The account with what every source says of it; a source that has disabled its domain says so too.</summary>
    private async ValueTask<Account> WholeAsync(AccountSearch search, CombinedAnswer combined, CancellationToken cancellationToken)
    {
        await search.CompleteAsync(cancellationToken);
        var account = merge.Merge(search.Found);
        if (account.Addresses is not [var main, ..]) return account;

        var domains = await AskAsync(sources, source => source.FindDomainAsync(main.Domain, cancellationToken));
        var disabling = new List<AccountState>();
        for (var i = 0; i < domains.Count; i++)
        {
            if (domains[i].IsUnavailable) combined.Add(domains[i]);
            if (domains[i].Value is { IsEnabled: false }) disabling.Add(new AccountState(sources[i].Name, $"domain {main.Domain}", IsEnabled: false));
        }

        return disabling.Count == 0 ? account : account with { States = [.. account.States, .. disabling] };
    }

    private static async ValueTask<IReadOnlyList<Lookup<T>>> AskAsync<T>(IReadOnlyList<IDirectory> asked, Func<IDirectory, ValueTask<Lookup<T>>> ask)
        where T : class => await Task.WhenAll(asked.Select(source => ask(source).AsTask()));

    private static DomainEntry Merge(DomainEntry one, DomainEntry other)
    {
        var merged = one with { IsEnabled = one.IsEnabled && other.IsEnabled };
        return one.Limits.Count + other.Limits.Count == 0 ? merged : merged with { Limits = AccountMerge.MergeLimits([one.Limits, other.Limits]) };
    }

    /// <summary>A sender must be allowed wherever somebody says who is.</summary>
    private static IReadOnlyList<EmailAddress> NarrowestOf(List<IReadOnlyList<EmailAddress>> lists) => lists switch
    {
        [] => [],
        [var only] => only,
        _ => lists.Aggregate((one, other) => [.. one.Intersect(other)]) is { Count: > 0 } common ? common : Nobody,
    };
}
