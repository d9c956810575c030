using System.Diagnostics.Metrics;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of what the daemon does by itself, and of telling people about it.</summary>
internal sealed class ContainmentMetrics(Meter meter)
{
    private readonly Counter<long> blocks = meter.CreateCounter<long>("policydaemon.containment.blocks", "{block}", "Blocks given by a rule");
    private readonly Counter<long> missed = meter.CreateCounter<long>("policydaemon.containment.missed", "{event}", "Events that no rule counted: too many at once");
    private readonly Counter<long> notices = meter.CreateCounter<long>("policydaemon.notices", "{notice}", "Notices by channel and how they ended");

    /// <param name="rule">A name of the configuration.</param>
    public void CountBlock(string rule) => blocks.Add(1, new KeyValuePair<string, object?>("rule", rule));

    public void CountMissed() => missed.Add(1);

    /// <param name="outcome"><c>sent</c> or <c>failed</c>.</param>
    public void CountNotice(string channel, string outcome) => notices.Add(
        1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("outcome", outcome));
}
