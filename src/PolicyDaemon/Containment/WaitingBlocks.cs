using System.Collections.Immutable;
using PolicyDaemon.Engine.Blocks;
using PolicyDaemon.Engine.Directories;

namespace PolicyDaemon.Containment;

/// <summary>
/// The store's blocks, and those that it could not take yet: these are in force on this node at once, and the store gets them when it is back.
/// </summary>
/// <remarks>Only rules give blocks that may wait here. An administrator hears at once that the store is away, unless it keeps orders for later itself.</remarks>
/// <param name="file">Keeps them over a restart; null: the store keeps orders itself.</param>
internal sealed class WaitingBlocks(IBlocks store, TimeProvider time, WaitingBlocksFile? file = null) : IBlocks
{
    private static readonly Provenance Here = Provenance.Of("containment", "blocks");

    private readonly Lock saving = new();
    private ImmutableDictionary<BlockSubject, Block> waiting =
        file?.Read().DistinctBy(block => block.Subject).ToImmutableDictionary(block => block.Subject) ?? ImmutableDictionary<BlockSubject, Block>.Empty;

    public bool AreAnyWaiting => !Volatile.Read(ref waiting).IsEmpty;

    public ValueTask<Lookup<BlockSet>> ReadAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref waiting) is { IsEmpty: false } added ? ReadBothAsync(added, cancellationToken) : store.ReadAsync(cancellationToken);

    public async ValueTask AddAsync(Block block, CancellationToken cancellationToken)
    {
        await store.AddAsync(block, cancellationToken);
        Forget(block.Subject);
    }

    public async ValueTask<bool> RemoveAsync(BlockSubject subject, CancellationToken cancellationToken)
    {
        var wasWaiting = Forget(subject);
        try
        {
            return await store.RemoveAsync(subject, cancellationToken) || wasWaiting;
        }
        catch (StoreUnavailableException) when (wasWaiting)
        {
            // The store never had it.
            return true;
        }
    }

    public bool IsPending(BlockSubject subject) => Volatile.Read(ref waiting).ContainsKey(subject) || store.IsPending(subject);

    /// <summary>Gives a block that is in force on this node when the call returns, whatever the store does.</summary>
    /// <returns>Whether the store has it, and every node with it.</returns>
    public async ValueTask<bool> GiveAsync(Block block, CancellationToken cancellationToken)
    {
        if (await TryStoreAsync(block, cancellationToken)) return !store.IsPending(block.Subject);
        ImmutableInterlocked.AddOrUpdate(ref waiting, block.Subject, block, (_, _) => block);
        Save();
        return false;
    }

    /// <summary>Gives the store what waits, but for what has expired or has another block there by now.</summary>
    /// <returns>What the store has taken.</returns>
    public async ValueTask<IReadOnlyList<Block>> HandOverAsync(CancellationToken cancellationToken)
    {
        var taken = new List<Block>();
        foreach (var block in Volatile.Read(ref waiting).Values)
        {
            var isNeeded = block.IsActiveAt(time.GetUtcNow());
            if (isNeeded && (await store.ReadAsync(cancellationToken)).Value?.Find(block.Subject, time.GetUtcNow()) is null)
            {
                if (!await TryStoreAsync(block, cancellationToken)) return taken;
                taken.Add(block);
            }

            // One that was taken back meanwhile must not stay in the store.
            if (!Forget(block.Subject) && taken.Contains(block))
            {
                await store.RemoveAsync(block.Subject, cancellationToken);
                taken.Remove(block);
            }
        }

        return taken;
    }

    private bool Forget(BlockSubject subject)
    {
        if (!ImmutableInterlocked.TryRemove(ref waiting, subject, out _)) return false;
        Save();
        return true;
    }

    /// <summary>What is in the file last is what waited last.</summary>
    private void Save()
    {
        if (file is null) return;
        lock (saving) file.Write(Volatile.Read(ref waiting).Values);
    }

    private async ValueTask<bool> TryStoreAsync(Block block, CancellationToken cancellationToken)
    {
        try
        {
            await store.AddAsync(block, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask<Lookup<BlockSet>> ReadBothAsync(ImmutableDictionary<BlockSubject, Block> added, CancellationToken cancellationToken)
    {
        var answer = await store.ReadAsync(cancellationToken);
        var both = new BlockSet([.. answer.Value?.Blocks ?? [], .. added.Values]);
        return answer.IsUnavailable
            ? Lookup<BlockSet>.Unavailable(answer.Cause ?? "no answer", answer.Provenance, both)
            : Lookup<BlockSet>.Found(both, answer.Value is null ? Here : answer.Provenance);
    }
}
