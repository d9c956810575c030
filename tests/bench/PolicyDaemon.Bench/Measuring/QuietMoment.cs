using System.Diagnostics;

namespace PolicyDaemon.Bench.Measuring;

/// <summary>On a machine that others use too: waits before a round until they pause, and not for ever.</summary>
/// <param name="patience">For one round. Zero: does not wait.</param>
internal sealed class QuietMoment(TimeSpan patience)
{
    /// <summary>Cores that others may use.</summary>
    private const double MostOthers = 0.15;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(400);

    /// <param name="measured">CPU time of those that are measured, which are no others.</param>
    public async Task WaitAsync(Func<TimeSpan> measured)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < patience && await OthersAsync(measured) > MostOthers; ) { }
    }

    private static async Task<double> OthersAsync(Func<TimeSpan> measured)
    {
        var (before, begun) = (Others(), Stopwatch.GetTimestamp());
        await Task.Delay(Look);
        return (Others() - before) / Stopwatch.GetElapsedTime(begun);

        TimeSpan Others() => ProcessFamily.CpuOfMachine() - Environment.CpuUsage.TotalTime - measured();
    }
}
