namespace PolicyDaemon.Admin;

/// <summary>What an administrator can do with the domains, accounts and aliases of the directory that has tables of them.</summary>
internal interface IMailboxes
{
    ValueTask<Outcome<DomainList>> ListDomainsAsync(CancellationToken cancellationToken);

    ValueTask<Outcome<AccountList>> ListAccountsAsync(ListRequest request, CancellationToken cancellationToken);

    ValueTask<Outcome<AliasList>> ListAliasesAsync(ListRequest request, CancellationToken cancellationToken);

    /// <summary>Adds, changes or removes a domain. In force for the next question when the call returns, as all changes are.</summary>
    ValueTask<Outcome<ChangeReport>> ChangeDomainAsync(DomainOrder order, CancellationToken cancellationToken);

    ValueTask<Outcome<ChangeReport>> ChangeAccountAsync(AccountOrder order, CancellationToken cancellationToken);

    ValueTask<Outcome<ChangeReport>> ChangeAliasAsync(AliasOrder order, CancellationToken cancellationToken);
}
