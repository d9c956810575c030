using System.Diagnostics;

namespace PolicyDaemon.Bench.Counters;

/// <summary>How messages come: from so many callers, each with the next one after its answer; or so many a second whether or not those before are answered.</summary>
internal sealed record CountingLoad(int? Callers, int? PerSecond)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public override string ToString() => Callers is { } callers ? $"{callers} callers" : FormattableString.Invariant($"{PerSecond:N0}/s offered");

    public Task<CountingTimes> RunAsync(ICounting counting, CountingKeys keys, TimeSpan length, int seed) =>
        Callers is { } callers ? RunClosedAsync(counting, keys, length, seed, callers) : RunOpenAsync(counting, keys, length, seed, PerSecond!.Value);

    private static async Task<CountingTimes> RunClosedAsync(ICounting counting, CountingKeys keys, TimeSpan length, int seed, int callers)
    {
        var begun = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(new Random((seed * 1000) + caller)))));
        return CountingTimes.Join(times);

        async Task<CountingTimes> CallAsync(Random random)
        {
            CountingTimes own = new();
            while (Stopwatch.GetElapsedTime(begun) < length)
            {
                var asked = Stopwatch.GetTimestamp();
                own.Add(asked, await counting.CountAsync(keys, keys.Next(random)));
            }

            return own;
        }
    }

    /// <summary>A message that is late waits, and that time counts.</summary>
    private static async Task<CountingTimes> RunOpenAsync(ICounting counting, CountingKeys keys, TimeSpan length, int seed, int perSecond)
    {
        var asked = await Task.Factory.StartNew(Offer, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return CountingTimes.Join(await Task.WhenAll(asked).WaitAsync(Patience));

        List<Task<CountingTimes>> Offer()
        {
            Random random = new(seed);
            List<Task<CountingTimes>> offered = [];
            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun) < length)
            {
                while (begun + (offered.Count * Stopwatch.Frequency / perSecond) is var due && due <= Stopwatch.GetTimestamp())
                {
                    var login = keys.Next(random);
                    offered.Add(Task.Run(() => AskAsync(due, login)));
                }

                Thread.Sleep(1);
            }

            return offered;
        }

        async Task<CountingTimes> AskAsync(long due, int login)
        {
            CountingTimes one = new();
            one.Add(due, await counting.CountAsync(keys, login));
            return one;
        }
    }
}
