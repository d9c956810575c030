using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>What a node knows of its own charges: what is in the store, what the store has still to learn.</summary>
internal interface IOwnCharges
{
    /// <summary>The next number of the node's sequence.</summary>
    /// <param name="atLeast">The store has this one already.</param>
    long NextSequence(long atLeast);

    /// <summary>Keeps what the store has charged, before anybody is answered.</summary>
    void Keep(long sequence, IReadOnlyList<CountMessage> messages, IReadOnlyList<CountAnswer> answers);

    void KeepRefunds(long sequence, IReadOnlyList<Guid> ids);

    /// <summary>The store is away: from now on the node charges on its own.</summary>
    void Open();

    /// <summary>Gives the store what it has not, and calls <paramref name="whenDone"/> at the moment when it has everything.</summary>
    /// <param name="here">The sequence up to which the store has this node's charges.</param>
    /// <returns>The sequence up to which it has them now.</returns>
    Task<long> GiveMissingAsync(CounterStore store, long here, Action whenDone, CancellationToken cancellationToken);
}

/// <summary>Keeps nothing: without the store nothing is charged, and what it loses is lost.</summary>
internal sealed class UnkeptCharges : IOwnCharges
{
    public long NextSequence(long atLeast) => atLeast + 1;

    public void Keep(long sequence, IReadOnlyList<CountMessage> messages, IReadOnlyList<CountAnswer> answers)
    {
    }

    public void KeepRefunds(long sequence, IReadOnlyList<Guid> ids)
    {
    }

    public void Open()
    {
    }

    public Task<long> GiveMissingAsync(CounterStore store, long here, Action whenDone, CancellationToken cancellationToken)
    {
        whenDone();
        return Task.FromResult(here);
    }
}
