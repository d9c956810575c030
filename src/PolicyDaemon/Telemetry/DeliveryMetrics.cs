using System.Diagnostics;
using System.Diagnostics.Metrics;
using PolicyDaemon.Engine;
using PolicyDaemon.Engine.Deliveries;

namespace PolicyDaemon.Telemetry;

/// <summary>Recipients that the mail store answered for.</summary>
internal sealed class DeliveryMetrics(Meter meter)
{
    private readonly Counter<long> deliveries = meter.CreateCounter<long>("policydaemon.deliveries", "{recipient}", "Answers of the mail store, by outcome and stage");
    private readonly Histogram<double> duration = meter.CreateHistogram<double>(
        "policydaemon.delivery.duration", "s", "Time from the end of a message to the mail store's answer", advice: Durations.LongAdvice);

    public void Count(Delivery delivery)
    {
        if (deliveries.Enabled) deliveries.Add(1, new TagList { { "outcome", DeliveryLog.Word(delivery.Outcome) }, { "stage", DecisionLog.Word(delivery.Stage) } });
        if (delivery.Stage == SmtpStage.EndOfMessage) duration.Record(delivery.Elapsed.TotalSeconds);
    }
}
