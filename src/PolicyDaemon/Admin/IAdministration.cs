namespace PolicyDaemon.Admin;

/// <summary>
/// What an administrator can do with a daemon: carried out on live objects by <see cref="LiveAdministration"/>, in the daemon
/// or in the command's own process, and passed on to a running daemon by <see cref="AdminClient"/>.
/// </summary>
/// <remarks>No method throws for a store, a directory or a daemon that is away: that is <see cref="RefusalKind.Unavailable"/>.</remarks>
internal interface IAdministration : IMailboxes
{
    ValueTask<Outcome<StatusReport>> ReadStatusAsync(CancellationToken cancellationToken);

    /// <summary>Puts one question to the engine and takes the answer apart. Charges nothing.</summary>
    ValueTask<Outcome<AskReport>> AskAsync(AskRequest request, CancellationToken cancellationToken);

    /// <summary>Asks the directories about one key.</summary>
    ValueTask<Outcome<LookupReport>> LookUpAsync(LookupRequest request, CancellationToken cancellationToken);

    /// <summary>The blocks in force.</summary>
    ValueTask<Outcome<BlockList>> ListBlocksAsync(CancellationToken cancellationToken);

    /// <summary>Gives a block, replacing an earlier one of the same subject. In force when the call returns.</summary>
    ValueTask<Outcome<BlockGiven>> BlockAsync(BlockOrder order, CancellationToken cancellationToken);

    /// <summary>Takes a block back.</summary>
    ValueTask<Outcome<BlockTaken>> UnblockAsync(BlockTarget target, CancellationToken cancellationToken);

    /// <summary>How the LDAP source is.</summary>
    ValueTask<Outcome<LdapReport>> ReadLdapAsync(CancellationToken cancellationToken);

    /// <summary>Confirms that what the LDAP provider has counts, whatever it takes away.</summary>
    ValueTask<Outcome<ChangeReport>> AcceptLdapAsync(AcceptOrder order, CancellationToken cancellationToken);

    /// <summary>What is counted for somebody, and what passes.</summary>
    ValueTask<Outcome<LimitUseList>> ShowLimitsAsync(LimitTarget target, CancellationToken cancellationToken);

    /// <summary>Forgets what is counted for somebody.</summary>
    ValueTask<Outcome<ChangeReport>> ResetLimitsAsync(LimitTarget target, CancellationToken cancellationToken);

    /// <summary>Who is taken to be guessing passwords.</summary>
    ValueTask<Outcome<GuardList>> ShowGuardAsync(CancellationToken cancellationToken);

    /// <summary>Lets somebody in again who was taken to be guessing.</summary>
    ValueTask<Outcome<ChangeReport>> ClearGuardAsync(GuardTarget target, CancellationToken cancellationToken);

    /// <summary>What the mail store answered.</summary>
    ValueTask<Outcome<DeliveryList>> FindDeliveriesAsync(DeliveryRequest request, CancellationToken cancellationToken);
}
