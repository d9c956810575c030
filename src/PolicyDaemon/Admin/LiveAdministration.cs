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
        return AskAnswer.Describe(question, await parts.Engine().ExplainAsync(question, cancellationToken));
    }

    public async ValueTask<Outcome<LookupReport>> LookUpAsync(LookupRequest request, CancellationToken cancellationToken)
    {
        var policy = parts.Policy();

        // Blocks are only an addition here: a store that is away must not hide what the directories know.
        var blocks = await parts.Blocks.ReadAsync(cancellationToken);
        return await new DirectoryLookup(policy, parts.Directory())
            .ReportAsync(request, blocks.Value ?? BlockSet.Empty, parts.Time.GetUtcNow(), cancellationToken);
    }

    public ValueTask<Outcome<BlockList>> ListBlocksAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().ListAsync(cancellationToken));

    public ValueTask<Outcome<BlockGiven>> BlockAsync(BlockOrder order, CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().GiveAsync(order, cancellationToken));

    public ValueTask<Outcome<BlockTaken>> UnblockAsync(BlockTarget target, CancellationToken cancellationToken) =>
        GuardAsync(() => Orders().TakeBackAsync(target, cancellationToken));

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
