using PolicyDaemon.Engine;
using PolicyDaemon.Http;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Speed;

/// <summary>
/// What a policy request leaves for the garbage collector: exact octets, whatever else the machine does. The default log level, every check
/// active, and people in a directory that is followed.
/// </summary>
public sealed class PolicyAllocationTests
{
    private static readonly long Request = AllocatedBy(new MailRequest { Stage = SmtpStage.Rcpt }, static request => request with { Size = 1 });

    /// <summary>The text that no other message has.</summary>
    private static readonly long InstanceText = AllocatedBy(WarmRequests.Instance, static instance => new string(instance.AsSpan()));

    [Fact]
    public void Reading_a_request_and_writing_the_answer_takes_the_request_alone() =>
        AssertTakes(Request, new WarmRequests(static (_, _) => ValueTask.FromResult(Decision.Dunno)), areNewMessages: false);

    [Fact]
    public void Decision_takes_nothing_and_the_first_request_of_a_message_its_instance()
    {
        using DaemonMetrics metrics = new();
        WarmRequests requests = new(WarmEngine.Of(metrics).DecideAsync);
        AssertTakes(Request, requests, areNewMessages: false);
        AssertTakes(Request + InstanceText, requests, areNewMessages: true);
        Assert.InRange(Request + InstanceText, 1, 500);
    }

    [Fact]
    public void Counting_for_Prometheus_takes_nothing_more()
    {
        using DaemonMetrics metrics = new();
        using MetricsPage page = new();
        AssertTakes(Request, new WarmRequests(WarmEngine.Of(metrics).DecideAsync), areNewMessages: false);
        Assert.Contains("policydaemon_decisions_total", page.Read(), StringComparison.Ordinal);
    }

    private static void AssertTakes(long expected, WarmRequests requests, bool areNewMessages)
    {
        var least = requests.LeastAllocated(expected, areNewMessages);
        if (least == expected) return;
        using AllocatedTypes types = new();
        requests.LeastAllocated(0, areNewMessages);
        Assert.Fail($"a request takes {least} octets of the heap, not {expected}; most of them: {types}");
    }

    private static long AllocatedBy<T>(T of, Func<T, object> make)
    {
        make(of);
        var before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(make(of));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
