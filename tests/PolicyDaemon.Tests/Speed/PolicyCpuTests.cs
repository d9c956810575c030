using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Speed;

/// <summary>
/// What a decision costs beside the same connection answered without a thought, in CPU time of the one thread that does all of it, in turns: a ratio that
/// does not depend on how fast the machine is or what else it does.
/// </summary>
public sealed class PolicyCpuTests(ITestOutputHelper output)
{
    /// <summary>Code that is not compiled for speed yet misses it; one question to another process would be a multiple of it.</summary>
    private const double MaxRatio = 15;

    private const int Rounds = 9;
    private const int RequestsPerRound = 2000;

    /// <summary>Until the runtime has compiled for speed what runs often.</summary>
    private const int MaxAttempts = 60;

    [Fact]
    public void Decision_takes_a_small_multiple_of_the_transport()
    {
        using DaemonMetrics metrics = new();
        WarmRequests floor = WarmRequests.AnsweredUnread();
        WarmRequests daemon = new(WarmEngine.Of(metrics).DecideAsync);
        var ratio = double.MaxValue;
        for (var attempt = 0; attempt < MaxAttempts && ratio > MaxRatio; attempt++)
        {
            ratio = Math.Min(ratio, Median(floor, daemon));
            Thread.Sleep(20);
        }

        output.WriteLine($"ratio {ratio:F1}");
        Assert.InRange(ratio, 0, MaxRatio);
    }

    private static double Median(WarmRequests floor, WarmRequests daemon) => Enumerable.Range(0, Rounds)
        .Select(_ => (double)daemon.CpuNanoseconds(RequestsPerRound) / floor.CpuNanoseconds(RequestsPerRound))
        .Order()
        .ElementAt(Rounds / 2);
}
