using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Addresses;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Admin;

/// <summary>Asks the directories about one key by hand, along the same paths as the checks, and notes every question.</summary>
internal sealed class DirectoryLookup
{
    private readonly PolicySnapshot policy;
    private readonly AskedDirectory directory;
    private readonly AddressBook book;
    private readonly List<Fact> facts = [];

    public DirectoryLookup(PolicySnapshot policy, IDirectory directory)
    {
        this.policy = policy;
        this.directory = new AskedDirectory(directory, policy) { Facts = facts };
        book = new AddressBook(this.directory, policy);
    }

    /// <summary>The account of a login, or else the one account that owns an address of that spelling.</summary>
    /// <remarks>Administrators type the address they know; the login may be without a domain.</remarks>
    public async ValueTask<Lookup<Account>> FindAccountAsync(string key, CancellationToken cancellationToken)
    {
        var login = await directory.FindAccountAsync(AddressNormalizer.NormalizeLogin(key), cancellationToken);
        if (!login.IsNotFound || !key.Contains('@', StringComparison.Ordinal)) return login;
        if (!policy.Normalizer.TryParse(key, out var address)) return login;

        var owners = await book.FindOwnersAsync(address, cancellationToken);
        var owner = owners.Value is { Accounts: [var single] } ? single : null;
        if (owners.IsUnavailable) return Lookup<Account>.Unavailable(owners.Cause ?? "no answer", owners.Provenance, owner);
        return owner is null ? login : Lookup<Account>.Found(owner, owners.Provenance);
    }

    public ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        book.FindDomainAsync(domain, cancellationToken);

    /// <inheritdoc cref="AddressBook.FindCountedAsync"/>
    public ValueTask<Lookup<EmailAddress>> FindCountedAsync(EmailAddress recipient, CancellationToken cancellationToken) =>
        book.FindCountedAsync(recipient, cancellationToken);

    public async ValueTask<Outcome<LookupReport>> ReportAsync(
        LookupRequest request, BlockSet blocks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (request.Key.Length is 0 or > AddressNormalizer.MaxLength)
        {
            return Refusal.Invalid($"the key has 1 to {AddressNormalizer.MaxLength} characters");
        }

        var describe = new AccountDescription(policy.Accounts, blocks, now);
        return request.Kind switch
        {
            LookupKind.Domain => await ReportDomainAsync(request.Key, cancellationToken),
            LookupKind.Address => await ReportAddressAsync(request.Key, describe, cancellationToken),
            _ => await ReportAccountAsync(request.Key, describe, cancellationToken),
        };
    }

    private async ValueTask<Outcome<LookupReport>> ReportAccountAsync(
        string key, AccountDescription describe, CancellationToken cancellationToken)
    {
        var answer = await FindAccountAsync(key, cancellationToken);
        IReadOnlyList<AccountReport> accounts = answer.Value is { } account ? [describe.Of(account, answer.IsUnavailable)] : [];
        return Report(LookupKind.Account, AddressNormalizer.NormalizeLogin(key), answer, accounts);
    }

    private async ValueTask<Outcome<LookupReport>> ReportDomainAsync(string key, CancellationToken cancellationToken)
    {
        if (!AddressNormalizer.TryNormalizeDomain(key, out var name)) return Refusal.Invalid($"'{key}' is no domain");
        var answer = await book.FindDomainAsync(name, cancellationToken);
        return Report(LookupKind.Domain, name, answer, []) with
        {
            IsOurs = IsOurs(answer),
            IsEnabled = answer.Value?.IsEnabled,
            Limits = answer.Value?.Limits,
        };
    }

    private async ValueTask<Outcome<LookupReport>> ReportAddressAsync(
        string key, AccountDescription describe, CancellationToken cancellationToken)
    {
        if (!policy.Normalizer.TryParsePattern(key, out var address)) return Refusal.Invalid($"'{key}' is no address");

        var domain = await book.FindDomainAsync(address.Domain, cancellationToken);
        var route = await book.FindRouteAsync(address, cancellationToken);
        var owners = await book.FindOwnersAsync(address, cancellationToken);
        var reached = route.Value?.Accounts.DistinctBy(account => account.Name).ToList() ?? [];
        var accounts = reached.ConvertAll(account => describe.Of(account, route.IsUnavailable));
        return Report(LookupKind.Address, address.Text, route, accounts) with
        {
            IsOurs = IsOurs(domain),
            IsEnabled = domain.Value?.IsEnabled,
            Owners = owners.Value?.Accounts.Select(account => account.Name).ToList(),
            Route = route.Value is { } found ? Describe(found, accounts) : null,
        };
    }

    private static RouteReport Describe(RecipientRoute route, IEnumerable<AccountReport> accounts) =>
        new([.. accounts.Select(account => account.Name)], route.LeadsElsewhere, [.. route.AllowedSenders.Select(sender => sender.Text)]);

    private static bool? IsOurs(Lookup<DomainEntry> domain) => domain.Value is not null ? true : domain.IsNotFound ? false : null;

    private LookupReport Report<T>(LookupKind kind, string key, Lookup<T> answer, IReadOnlyList<AccountReport> accounts)
        where T : class => new()
        {
            Kind = kind,
            Key = key,
            Answer = answer.Answer,
            Cause = answer.Cause,
            Source = answer.Provenance.Source,
            Accounts = accounts,

            // Owners and route of an address ask some questions twice: once is enough to read.
            Facts = [.. facts.Select(FactReport.Of).Distinct()],
        };
}
