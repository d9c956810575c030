using PolicyDaemon.Doctor;

namespace PolicyDaemon.MailQueue;

/// <summary>Finds the messages of an order and moves them, batch by batch, so that the first are held while the others are still looked for.</summary>
internal sealed class QueueSweep(PostfixQueue queue, QueueOrder order)
{
    /// <summary>Queue ids for one program: a command line takes thousands, and Postfix goes on delivering while postcat reads.</summary>
    internal const int Batch = 100;

    /// <summary>A queue into which mail comes faster than it is held is not emptied by waiting.</summary>
    private const int MostPasses = 5;

    private readonly HashSet<string> looked = new(StringComparer.Ordinal);
    private readonly List<QueuedMessage> moved = [];

    /// <summary>What was moved, also when <see cref="MoveAsync"/> failed in the middle.</summary>
    internal IReadOnlyList<QueuedMessage> Moved => moved;

    /// <summary>Those that are meant; moves nothing.</summary>
    /// <exception cref="InstallationException">Postfix cannot be asked.</exception>
    internal async Task<IReadOnlyList<QueuedMessage>> FindAsync(CancellationToken cancellationToken)
    {
        List<QueuedMessage> found = [];
        foreach (var batch in (await queue.ListAsync(cancellationToken)).Where(order.MayBeMeant).Chunk(Batch))
        {
            found.AddRange(await MeantAsync(batch, cancellationToken));
        }

        return found;
    }

    /// <summary>Moves those that are meant, and then those that have come since, until there is none.</summary>
    /// <exception cref="InstallationException">Postfix cannot be asked, or does not move them; <see cref="Moved"/> is what was moved before.</exception>
    internal async Task MoveAsync(CancellationToken cancellationToken)
    {
        for (var pass = 0; pass < MostPasses && await PassAsync(cancellationToken); pass++)
        {
        }
    }

    /// <returns>Something was moved, so something else may have come meanwhile.</returns>
    private async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        var before = moved.Count;
        var unseen = (await queue.ListAsync(cancellationToken)).Where(message => order.MayBeMeant(message) && looked.Add(message.QueueId));
        foreach (var batch in unseen.Chunk(Batch))
        {
            var meant = await MeantAsync(batch, cancellationToken);
            if (meant.Count == 0) continue;
            var move = order.IsRelease ? await queue.ReleaseAsync(meant, cancellationToken) : await queue.HoldAsync(meant, cancellationToken);
            moved.AddRange(meant.Where(message => move.QueueIds.Contains(message.QueueId)));
            if (move.Failure is { } failure) throw failure;
        }

        return moved.Count > before;
    }

    private async Task<IReadOnlyList<QueuedMessage>> MeantAsync(IReadOnlyList<QueuedMessage> batch, CancellationToken cancellationToken) =>
        [.. (await queue.ReadLoginsAsync(batch, cancellationToken)).Where(order.IsMeant)];
}
