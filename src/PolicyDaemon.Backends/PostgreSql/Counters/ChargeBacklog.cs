namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Gives the store, from the journal, what it has not.</summary>
internal static class ChargeBacklog
{
    /// <summary>In one call to the store, and more when they have one sequence.</summary>
    private const int MaxBatch = 500;

    /// <summary>Whole sequences, and either charges or refunds.</summary>
    public static IEnumerable<List<JournalRecord>> InBatches(IEnumerable<JournalRecord> records)
    {
        var batch = new List<JournalRecord>();
        foreach (var record in records)
        {
            if (batch is [.., var last] && (record.IsRefund != last.IsRefund || (batch.Count >= MaxBatch && record.Sequence != last.Sequence)))
            {
                yield return batch;
                batch = [];
            }

            batch.Add(record);
        }

        if (batch.Count > 0) yield return batch;
    }

    /// <param name="here">The sequence up to which the store has this node's charges.</param>
    /// <returns>The sequence up to which it has them now.</returns>
    /// <exception cref="PostgresUnavailableException">No answer, or the store has less than it had.</exception>
    public static async Task<long> GiveAsync(CounterStore store, long here, List<JournalRecord> batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = batch[^1].Sequence;
        var once = batch.DistinctBy(record => record.Id).ToList();
        var missing = batch[0].IsRefund
            ? await store.RefundAsync(here, last, [.. once.Select(record => record.Id)], cancellationToken)
            : await store.RecordAsync(
                here,
                last,
                once.ConvertAll(record => new CountMessage(record.Id, record.Charges)),
                once.ConvertAll(record => now > record.At ? now - record.At : TimeSpan.Zero),
                cancellationToken);
        return missing is null ? last : throw new PostgresUnavailableException($"the store has lost charges: it has {missing} of {here}");
    }
}
