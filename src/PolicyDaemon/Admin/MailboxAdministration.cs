using PolicyDaemon.Backends.Mailboxes;
using PolicyDaemon.Engine.Addresses;

namespace PolicyDaemon.Admin;

/// <summary>Lists and changes the domains, accounts and aliases of the directory that has tables of them.</summary>
/// <remarks>Each method throws <see cref="Engine.Blocks.StoreUnavailableException"/> when the store is away.</remarks>
internal sealed class MailboxAdministration(IMailboxStore store) : IMailboxes
{
    /// <summary>Members, destinations or limits in one order.</summary>
    private const int MaxMembers = 1000;

    private readonly DomainTable domains = new(store);
    private readonly AccountTable accounts = new(store);
    private readonly AliasTable aliases = new(store);

    public async ValueTask<Outcome<DomainList>> ListDomainsAsync(CancellationToken cancellationToken) =>
        new DomainList(await domains.ListAsync(cancellationToken));

    public async ValueTask<Outcome<AccountList>> ListAccountsAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var all = await accounts.ListAsync(cancellationToken);
        return Suffix(request).TryGetReport(out var suffix, out var refusal)
            ? new AccountList([.. all.Where(account => account.Login.EndsWith(suffix, StringComparison.Ordinal))])
            : refusal;
    }

    public async ValueTask<Outcome<AliasList>> ListAliasesAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var all = await aliases.ListAsync(cancellationToken);
        return Suffix(request).TryGetReport(out var suffix, out var refusal)
            ? new AliasList([.. all.Where(alias => alias.Source.EndsWith(suffix, StringComparison.Ordinal))])
            : refusal;
    }

    public async ValueTask<Outcome<ChangeReport>> ChangeDomainAsync(DomainOrder order, CancellationToken cancellationToken)
    {
        if (FindFault([.. order.Limits?.Keys ?? []]) is { } fault) return fault;
        return Report(order.Change switch
        {
            MailboxChange.Add => await domains.AddAsync(order.Name, order.IsEnabled ?? true, cancellationToken),
            MailboxChange.Remove => await domains.RemoveAsync(order.Name, cancellationToken),
            _ => await domains.SetAsync(order.Name, new DomainChange(order.IsEnabled, order.Limits ?? new Dictionary<string, long?>()), cancellationToken),
        });
    }

    public async ValueTask<Outcome<ChangeReport>> ChangeAccountAsync(AccountOrder order, CancellationToken cancellationToken)
    {
        if (FindFault([.. Members(order.SendAs), .. Members(order.AllowedSenders), .. order.Limits?.Keys ?? []]) is { } fault) return fault;
        var change = new AccountChange
        {
            PasswordHash = order.PasswordHash,
            QuotaMegabytes = order.QuotaMegabytes,
            IsEnabled = order.IsEnabled,
            SendAllowed = order.SendAllowed,
            Status = order.Status,
            SendAs = MemberOrder.Read(order.SendAs),
            AllowedSenders = MemberOrder.Read(order.AllowedSenders),
            Limits = order.Limits ?? new Dictionary<string, long?>(),
        };
        return Report(order.Change switch
        {
            MailboxChange.Add => await accounts.AddAsync(order.Login, change, cancellationToken),
            MailboxChange.Remove => await accounts.RemoveAsync(order.Login, cancellationToken),
            _ => await accounts.SetAsync(order.Login, change, cancellationToken),
        });
    }

    public async ValueTask<Outcome<ChangeReport>> ChangeAliasAsync(AliasOrder order, CancellationToken cancellationToken)
    {
        if (FindFault([.. order.Destinations, .. Members(order.AllowedSenders)]) is { } fault) return fault;
        return Report(order switch
        {
            { Change: MailboxChange.Add, Destinations: [var destination] } =>
                await aliases.AddAsync(order.Source, destination, cancellationToken),
            { Change: MailboxChange.Remove, Destinations: [] } => await aliases.RemoveAsync(order.Source, null, cancellationToken),
            { Change: MailboxChange.Remove, Destinations: [var destination] } =>
                await aliases.RemoveAsync(order.Source, destination, cancellationToken),
            { Change: MailboxChange.Set } => await SetAliasAsync(order, cancellationToken),
            _ => new MailboxResult(MailboxOutcome.Invalid, "say one destination"),
        });
    }

    private async Task<MailboxResult> SetAliasAsync(AliasOrder order, CancellationToken cancellationToken)
    {
        var senders = MemberOrder.Read(order.AllowedSenders);
        if (senders.IsEmpty) return await aliases.SetAsync(order.Source, order.Destinations, cancellationToken);
        if (order.Destinations.Count > 0)
        {
            var result = await aliases.SetAsync(order.Source, order.Destinations, cancellationToken);
            if (!result.IsDone) return result;
        }

        return await aliases.SetAllowedSendersAsync(order.Source, senders, cancellationToken);
    }

    /// <summary><c>@domain</c>, or nothing for all.</summary>
    private static Outcome<string> Suffix(ListRequest request) =>
        request.Domain is null ? ""
        : AddressNormalizer.TryNormalizeDomain(request.Domain, out var domain) ? $"@{domain}"
        : Refusal.Invalid($"'{request.Domain}' is no domain");

    private static IEnumerable<string> Members(MemberOrder? order) => order is null ? [] : order.Add.Concat(order.Remove);

    /// <summary>JSON can put null where a word belongs.</summary>
    private static Refusal? FindFault(IReadOnlyCollection<string?> members) =>
        members.Count > MaxMembers ? Refusal.Invalid($"more than {MaxMembers} at once")
        : members.Contains(null) ? Refusal.Invalid("null is no address")
        : null;

    private static Outcome<ChangeReport> Report(MailboxResult result) => result.Outcome switch
    {
        MailboxOutcome.Done => new ChangeReport(result.Message),
        MailboxOutcome.AlreadyExists or MailboxOutcome.NotEmpty => Refusal.Conflict(result.Message),
        MailboxOutcome.NotFound or MailboxOutcome.DomainMissing => Refusal.NotFound(result.Message),
        _ => Refusal.Invalid(result.Message),
    };
}
