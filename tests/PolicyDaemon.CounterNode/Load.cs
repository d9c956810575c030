using System.Collections.Concurrent;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.CounterNode;

/// <summary>Callers that charge one key with mixed units until not even one unit fits. Who gets no answer asks again with the same id, as Postfix does.</summary>
public sealed class Load(ICounters counters, AskedLog log, long limit)
{
    public const string Key = "login-hour/login:alice";

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private int asked = log.Asked;

    public async Task RunAsync(int callers)
    {
        var unanswered = new ConcurrentQueue<(string Id, long Units)>(log.Unanswered);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => AskAllAsync(new Random(caller), unanswered))));
    }

    private async Task AskAllAsync(Random random, ConcurrentQueue<(string Id, long Units)> unanswered)
    {
        while (unanswered.TryDequeue(out var old)) await AskAsync(old.Id, old.Units);
        for (var most = 6; ;)
        {
            var units = random.Next(1, most);
            var id = $"{Interlocked.Increment(ref asked)}";
            log.Write("ask", id, units);
            if (await AskAsync(id, units)) continue;
            if (units == 1) return;
            most = 2;
        }
    }

    private async Task<bool> AskAsync(string id, long units)
    {
        while (true)
        {
            var answer = await counters.ChargeAsync(id, [new Charge(Key, units, limit, Window)], CancellationToken.None);
            if (answer.Outcome == CountOutcome.Unavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                continue;
            }

            var hasPassed = answer.Outcome == CountOutcome.Fits;
            log.Write(hasPassed ? "passed" : "refused", id, units);
            return hasPassed;
        }
    }
}
