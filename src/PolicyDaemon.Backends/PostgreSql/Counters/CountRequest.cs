using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>One caller's question, until it is answered.</summary>
/// <param name="Id">Null for a peek.</param>
/// <param name="IsRefund">Gives back; has no charges.</param>
internal sealed record CountRequest(Guid? Id, IReadOnlyList<Charge> Charges, bool IsRefund = false)
{
    private readonly TaskCompletionSource<CountAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<CountAnswer> Answer => answer.Task;

    public void Give(CountAnswer given) => answer.TrySetResult(given);
}
