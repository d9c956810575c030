using System.Threading.Channels;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>Requests that wait for one flusher. What came while a batch was on its way makes the next one: nobody waits for a timer.</summary>
/// <param name="capacity">Beyond it a request is Unavailable at once: the store takes longer than there are requests.</param>
internal sealed class RequestQueue(int capacity)
{
    /// <summary>More in one call would make the first wait for the last.</summary>
    public const int MaxBatch = 500;

    private readonly Channel<CountRequest> waiting = Channel.CreateBounded<CountRequest>(new BoundedChannelOptions(capacity));

    public async ValueTask<CountAnswer> AskAsync(CountRequest request, CancellationToken cancellationToken)
    {
        if (!waiting.Writer.TryWrite(request)) return CountAnswer.Unavailable;
        return await request.Answer.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for one, then takes what is there.</summary>
    /// <returns>Empty: closed.</returns>
    public async Task<List<CountRequest>> TakeAsync(CancellationToken cancellationToken)
    {
        var taken = new List<CountRequest>();
        if (!await waiting.Reader.WaitToReadAsync(cancellationToken)) return taken;
        while (taken.Count < MaxBatch && waiting.Reader.TryRead(out var next)) taken.Add(next);
        return taken;
    }

    /// <summary>Answers all that wait.</summary>
    public void GiveUp()
    {
        while (waiting.Reader.TryRead(out var next)) next.Give(CountAnswer.Unavailable);
    }

    public void Close()
    {
        waiting.Writer.TryComplete();
        GiveUp();
    }
}
