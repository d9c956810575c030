using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Engine.Directories;

/// <summary>
/// Follows an address through a directory as Postfix would: the address itself, then without its tag, then the domain's
/// catch-all; an alias leads on to its destinations.
/// </summary>
/// <remarks>Bounded: aliases may form loops and lists may be long, and both are the directory's, not ours.</remarks>
public sealed class AddressBook(IDirectory directory, PolicySnapshot policy)
{
    /// <summary>How many aliases one address may pass through; Postfix's <c>virtual_alias_recursion_limit</c> is 1000, sites use 2 or 3.</summary>
    public const int MaxDepth = 10;

    /// <summary>How many times sender-specified routing is unwrapped.</summary>
    public const int MaxRoutes = 4;

    /// <summary>How many addresses behind one are looked at; a longer list exists and is not examined further.</summary>
    public const int MaxAddresses = 32;

    private readonly Recent<AddressEntry, RecipientRoute> routes = new(256, ReferenceEqualityComparer.Instance);

    /// <summary>Whether a domain is ours: by configuration or by a source's own list of domains.</summary>
    public async ValueTask<Lookup<DomainEntry>> FindDomainAsync(string domain, CancellationToken cancellationToken) =>
        policy.AddOwnDomain(domain, await directory.FindDomainAsync(domain, cancellationToken));

    /// <summary>
    /// What a recipient means: without a BATV signature, and, where the domain is not ours, the address of ours inside
    /// sender-specified routing, which Postfix delivers to when the outer domain is one of its own names.
    /// </summary>
    /// <returns>Null when the routing is deeper than anyone writes in good faith.</returns>
    public async ValueTask<Target?> FindTargetAsync(EmailAddress recipient, CancellationToken cancellationToken)
    {
        var address = SenderRewriting.UnwrapBatv(recipient) ?? recipient;
        for (var depth = 0; depth < MaxRoutes; depth++)
        {
            var domain = await FindDomainAsync(address.Domain, cancellationToken);
            if (!domain.IsNotFound || policy.Normalizer.WithoutRoute(address) is not { } inner) return new Target(address, domain);
            address = inner;
        }

        return null;
    }

    /// <summary>
    /// The address under which a recipient is counted: the first one of the account that it leads to, when that is one and nothing else; else its
    /// own, without its tag.
    /// </summary>
    public async ValueTask<Lookup<EmailAddress>> FindCountedAsync(EmailAddress recipient, CancellationToken cancellationToken)
    {
        var target = await FindTargetAsync(recipient, cancellationToken);
        var address = target?.Address ?? recipient;
        var plain = Lookup<EmailAddress>.Found(policy.Normalizer.WithoutTag(address) ?? address, Provenance.None);
        if (target is not { Domain.IsNotFound: false }) return plain;
        var route = await FindRouteAsync(address, cancellationToken);
        if (route.IsUnavailable) return Lookup<EmailAddress>.Unavailable(route.Cause ?? "no answer", route.Provenance);
        return route.Value is { LeadsElsewhere: false } && route.Value.Accounts.DistinctBy(account => account.Name).ToList() is [{ Addresses: [var main, ..] }]
            ? Lookup<EmailAddress>.Found(main, route.Provenance)
            : plain;
    }

    /// <summary>
    /// The accounts that own an address: those that have it as their own, or the one that an alias with a single destination
    /// leads to. Found with no account: the address exists and nobody owns it.
    /// </summary>
    public async ValueTask<Lookup<AddressOwners>> FindOwnersAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        EmailAddress? answering = null;
        string? cause = null;
        var last = Provenance.None;
        IReadOnlyList<Account> owners = [];
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            var entry = await FindEntryAsync(address, cancellationToken);
            last = entry.Provenance;
            answering ??= entry.Value?.Address;
            if (entry.IsUnavailable) cause ??= entry.Cause ?? "no answer";
            if (entry.Value is { Accounts.Count: 0, Destinations: [var next] })
            {
                address = next;
                continue;
            }

            owners = entry.Value?.Accounts ?? [];
            break;
        }

        var answer = answering is null ? null : new AddressOwners(owners, answering);
        return cause is not null ? Lookup<AddressOwners>.Unavailable(cause, last, answer)
            : answer is not null ? Lookup<AddressOwners>.Found(answer, last)
            : Lookup<AddressOwners>.NotFound(last);
    }

    /// <summary>Where mail to an address goes. NotFound: nowhere, the address does not exist.</summary>
    public async ValueTask<Lookup<RecipientRoute>> FindRouteAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var entry = await FindEntryAsync(address, cancellationToken);
        if (entry is { IsFound: true, Value: { Destinations.Count: 0, Accounts.Count: > 0 } direct }) return Lookup<RecipientRoute>.Found(RouteTo(direct), entry.Provenance);
        var walk = new RouteWalk(this);
        await walk.BeginAsync(address, entry, cancellationToken);
        return walk.ToLookup();
    }

    /// <summary>Where mail goes that no alias leads on.</summary>
    private RecipientRoute RouteTo(AddressEntry entry)
    {
        if (routes.Find(entry) is { } known) return known;
        var route = new RecipientRoute(entry.Accounts, entry.IsExtra, entry.Accounts.Count > 1, entry.AllowedSenders);
        routes.Keep(entry, route);
        return route;
    }

    /// <summary>The entry that answers for an address: its own, its untagged form's, or its domain's catch-all.</summary>
    private async ValueTask<Lookup<AddressEntry>> FindEntryAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        var own = await directory.FindAddressAsync(address, cancellationToken);
        return own.Value is null ? await FindBehindAsync(address, own, cancellationToken) : own;
    }

    /// <param name="own">What was answered for the address itself, without a value.</param>
    private async ValueTask<Lookup<AddressEntry>> FindBehindAsync(EmailAddress address, Lookup<AddressEntry> own, CancellationToken cancellationToken)
    {
        // The source that is away may have an entry of its own here. What the others know behind it still counts to forbid.
        Lookup<AddressEntry>? missing = own.IsUnavailable ? own : null;
        foreach (var candidate in CandidatesBehind(address))
        {
            var answer = await directory.FindAddressAsync(candidate, cancellationToken);
            if (answer.Value is { } known)
            {
                return missing is { } partly ? Lookup<AddressEntry>.Unavailable(partly.Cause ?? "no answer", partly.Provenance, known) : answer;
            }

            if (answer.IsUnavailable) missing ??= answer;
        }

        return missing ?? Lookup<AddressEntry>.NotFound(Provenance.Of(directory.Name));
    }

    private IEnumerable<EmailAddress> CandidatesBehind(EmailAddress address)
    {
        if (address.IsCatchAll) yield break;
        if (policy.Normalizer.WithoutTag(address) is { } untagged) yield return untagged;
        yield return address.CatchAll();
    }

    /// <summary>One walk over the aliases behind an address.</summary>
    private sealed class RouteWalk(AddressBook book)
    {
        private readonly HashSet<string> visited = new(StringComparer.Ordinal);
        private readonly List<Account> accounts = [];
        private Provenance provenance = Provenance.None;
        private string? cause;
        private bool leadsElsewhere;
        private bool isList;
        private IReadOnlyList<EmailAddress> allowedSenders = [];

        private async ValueTask VisitAsync(EmailAddress address, int depth, CancellationToken cancellationToken)
        {
            if (visited.Count >= MaxAddresses || depth > MaxDepth)
            {
                leadsElsewhere = true;
                return;
            }

            if (visited.Add(address.Text)) await TakeAsync(await book.FindEntryAsync(address, cancellationToken), depth, cancellationToken);
        }

        /// <param name="entry">The answer for the address itself.</param>
        public ValueTask BeginAsync(EmailAddress address, Lookup<AddressEntry> entry, CancellationToken cancellationToken)
        {
            visited.Add(address.Text);
            return TakeAsync(entry, 0, cancellationToken);
        }

        private async ValueTask TakeAsync(Lookup<AddressEntry> entry, int depth, CancellationToken cancellationToken)
        {
            provenance = entry.Provenance;
            if (entry.IsUnavailable) cause = entry.Cause ?? "no answer";
            if (entry.Value is not { } found) return;

            // Only the address that was written to says who may write to it, not the mailboxes behind an alias.
            if (depth == 0)
            {
                allowedSenders = found.AllowedSenders;
                isList = found.Destinations.Count > 0 || found.Accounts.Count > 1;
            }

            accounts.AddRange(found.Accounts);
            leadsElsewhere |= found.IsExtra;
            foreach (var destination in found.Destinations)
            {
                await VisitDestinationAsync(destination, depth + 1, cancellationToken);
            }
        }

        public Lookup<RecipientRoute> ToLookup()
        {
            var exists = accounts.Count > 0 || leadsElsewhere;
            var route = new RecipientRoute(accounts, leadsElsewhere, isList, allowedSenders);
            if (cause is not null) return Lookup<RecipientRoute>.Unavailable(cause, provenance, exists ? route : null);
            return exists ? Lookup<RecipientRoute>.Found(route, provenance) : Lookup<RecipientRoute>.NotFound(provenance);
        }

        private async ValueTask VisitDestinationAsync(EmailAddress destination, int depth, CancellationToken cancellationToken)
        {
            var domain = await book.FindDomainAsync(destination.Domain, cancellationToken);
            if (domain.IsNotFound)
            {
                leadsElsewhere = true;
                return;
            }

            if (domain.IsUnavailable) cause = domain.Cause ?? "no answer";
            await VisitAsync(destination, depth, cancellationToken);
        }
    }
}

/// <summary>What a recipient means.</summary>
/// <param name="Domain">Whether its domain is ours.</param>
public readonly record struct Target(EmailAddress Address, Lookup<DomainEntry> Domain);

/// <summary>The accounts that own an address; empty when it exists and nobody owns it.</summary>
/// <param name="Answering">The address whose entry answered: the one asked for, its untagged form, or the catch-all.</param>
public sealed record AddressOwners(IReadOnlyList<Account> Accounts, EmailAddress Answering);

/// <summary>Where mail to an address goes.</summary>
/// <param name="Accounts">The local accounts it reaches, not yet asked whether they may receive.</param>
/// <param name="LeadsElsewhere">It also, or only, goes where we cannot look: a foreign domain, an address only Postfix knows, a long list.</param>
/// <param name="IsList">An alias, a list or a shared address, not one account's own.</param>
/// <param name="AllowedSenders">Who may write to the address; empty: everyone.</param>
public sealed record RecipientRoute(
    IReadOnlyList<Account> Accounts, bool LeadsElsewhere, bool IsList, IReadOnlyList<EmailAddress> AllowedSenders);
