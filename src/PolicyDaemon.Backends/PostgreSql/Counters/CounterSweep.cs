namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Deletes what counts no more in small steps: counters row by row, charge ids a whole partition at a time.</summary>
/// <remarks>Each node does it; two at once only do it twice.</remarks>
internal sealed class CounterSweep(CounterStore store)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int RowsPerStep = 1000;

    /// <summary>As long as a step finds this many, the next follows at once: a flood of strangers leaves as it came.</summary>
    private const int ManyRows = RowsPerStep / 2;

    private string after = "";

    public async Task StepAsync(CancellationToken cancellationToken)
    {
        await store.EmptyOldestChargesAsync(cancellationToken);
        long deleted;
        do
        {
            (var next, deleted) = await store.SweepAsync(after, RowsPerStep, cancellationToken);
            after = next ?? "";
        }
        while (deleted >= ManyRows);
    }
}
