using System.Text.Json.Nodes;
using PolicyDaemon.Notices;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Notices;

public sealed class NoticeQueueTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly LogLines lines = new();
    private readonly DaemonMetrics metrics = new();

    public void Dispose()
    {
        metrics.Dispose();
        lines.Dispose();
    }

    [Fact]
    public async Task Notice_is_tried_for_half_an_hour_and_given_up_then()
    {
        var attempts = new List<TimeSpan>();
        var began = clock.GetUtcNow();
        await using var queue = new NoticeQueue("mail", (_, _, _) => Fail(attempts, began), new ContainmentLog(lines.Log), metrics, clock);
        queue.Add(new Notice("id1", began, "mx1", "", "", new JsonObject()), "a@truenorth.local");

        for (var i = 0; i < 4000 && !Has("notice_failed"); i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Single(lines.Snapshot(), line => line.Contains("notice_delayed", StringComparison.Ordinal));
        Assert.Single(lines.Snapshot(), line => line.Contains("notice_failed channel=mail to=a@truenorth.local id=id1 cause=refused", StringComparison.Ordinal));
        Assert.InRange(attempts.Count, 10, 30);
        Assert.InRange(attempts[^1], NoticeQueue.Patience, NoticeQueue.Patience + TimeSpan.FromMinutes(3));
    }

    private bool Has(string text) => lines.Snapshot().Any(line => line.Contains(text, StringComparison.Ordinal));

    private Task Fail(List<TimeSpan> attempts, DateTimeOffset began)
    {
        attempts.Add(clock.GetUtcNow() - began);
        throw new NoticeRefusedException("refused", isFinal: false);
    }
}
