using PolicyDaemon.Engine.Blocks;

namespace PolicyDaemon.Admin;

/// <summary>Carries out an administrator's operations on the objects of this process.</summary>
/// <param name="author">The system user on whose behalf; becomes the author of blocks.</param>
internal sealed class LiveAdministration(AdministeredParts parts, string author) : IAdministration
{
    public ValueTask<Outcome<StatusReport>> ReadStatusAsync(CancellationToken cancellationToken) => new(parts.Status());

    public async ValueTask<Outcome<AskReport>> AskAsync(AskRequest request, CancellationToken cancellationToken)
    {
        if (!AskQuestion.Read(request).TryGetReport(out var question, out var refusal)) return refusal;
        return AskAnswer.Describe(question, await parts.Engine().ExplainAsync(question, cancellationToken), SourcesAway());
    }

    public async ValueTask<Outcome<LookupReport>> LookUpAsync(LookupRequest request, CancellationToken cancellationToken)
    {
        var policy = parts.Policy();

        // Blocks are only an addition here: a store that is away must not hide what the directories know.
        var blocks = await parts.Blocks.ReadAsync(cancellationToken);
        var answer = await new DirectoryLookup(policy, parts.Directory())
            .ReportAsync(request, blocks.Value ?? BlockSet.Empty, parts.Time.GetUtcNow(), cancellationToken);
        return answer.TryGetReport(out var report, out var refusal) ? report with { SourcesAway = SourcesAway() } : refusal;
    }

    public ValueTask<Outcome<BlockList>> ListBlocksAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().ListAsync(cancellationToken));

    public ValueTask<Outcome<BlockGiven>> BlockAsync(BlockOrder order, CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().GiveAsync(order, cancellationToken));

    public ValueTask<Outcome<BlockTaken>> UnblockAsync(BlockTarget target, CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().TakeBackAsync(target, cancellationToken));

    public ValueTask<Outcome<DomainList>> ListDomainsAsync(CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ListDomainsAsync(cancellationToken));

    public ValueTask<Outcome<AccountList>> ListAccountsAsync(ListRequest request, CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ListAccountsAsync(request, cancellationToken));

    public ValueTask<Outcome<AliasList>> ListAliasesAsync(ListRequest request, CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ListAliasesAsync(request, cancellationToken));

    public ValueTask<Outcome<ChangeReport>> ChangeDomainAsync(DomainOrder order, CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ChangeDomainAsync(order, cancellationToken));

    public ValueTask<Outcome<ChangeReport>> ChangeAccountAsync(AccountOrder order, CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ChangeAccountAsync(order, cancellationToken));

    public ValueTask<Outcome<ChangeReport>> ChangeAliasAsync(AliasOrder order, CancellationToken cancellationToken) =>
        WithMailboxesAsync(mailboxes => mailboxes.ChangeAliasAsync(order, cancellationToken));

    public ValueTask<Outcome<LdapReport>> ReadLdapAsync(CancellationToken cancellationToken) => new(new LdapOrders(parts, author).Read());

    public ValueTask<Outcome<ChangeReport>> AcceptLdapAsync(AcceptOrder order, CancellationToken cancellationToken) =>
        new LdapOrders(parts, author).AcceptAsync(order);

    public ValueTask<Outcome<LimitUseList>> ShowLimitsAsync(LimitTarget target, CancellationToken cancellationToken) =>
        new LimitOrders(parts, author).ShowAsync(target, cancellationToken);

    public ValueTask<Outcome<ChangeReport>> ResetLimitsAsync(LimitTarget target, CancellationToken cancellationToken) =>
        new LimitOrders(parts, author).ResetAsync(target, cancellationToken);

    public ValueTask<Outcome<GuardList>> ShowGuardAsync(CancellationToken cancellationToken) => new(new GuardOrders(parts, author).Show());

    public ValueTask<Outcome<ChangeReport>> ClearGuardAsync(GuardTarget target, CancellationToken cancellationToken) =>
        new GuardOrders(parts, author).ClearAsync(target, cancellationToken);

    public ValueTask<Outcome<DeliveryList>> FindDeliveriesAsync(DeliveryRequest request, CancellationToken cancellationToken) =>
        new DeliverySearch(parts).FindAsync(request, cancellationToken);

    private async ValueTask<Outcome<T>> WithMailboxesAsync<T>(Func<MailboxAdministration, ValueTask<Outcome<T>>> operation)
        where T : class => parts.Mailboxes() is { } database
            ? await GuardAsync(() => operation(new MailboxAdministration(database)))
            : Refusal.Invalid("neither directory.sqlite nor directory.postgres.adminConnectionString is configured: domains, accounts and aliases are kept elsewhere and changed there");

    /// <summary>Looked at behind the question, which may be what found out.</summary>
    private IReadOnlyList<SourceReport> SourcesAway() => [.. parts.Status().Sources.Where(source => source.State == SourceState.Down)];

    private BlockOrders Orders() => new(parts, author);

    private static async ValueTask<Outcome<T>> GuardAsync<T>(Func<ValueTask<Outcome<T>>> operation)
        where T : class
    {
        try
        {
            return await operation();
        }
        catch (StoreUnavailableException exception)
        {
            return Refusal.Unavailable($"the store is away: {exception.Message}");
        }
    }
}
