using System.Text.Json;
using PolicyDaemon.Engine.Deliveries;
using Serilog.Events;

namespace PolicyDaemon.Telemetry;

/// <summary>Told of every answer of the mail store: writes its log line and counts it.</summary>
internal sealed class DeliveryLog(DaemonLog log, DaemonMetrics metrics) : IDeliveryObserver
{
    public ValueTask OnDeliveriesAsync(IReadOnlyList<Delivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            metrics.Deliveries.Count(delivery);
            Write(delivery);
        }

        return ValueTask.CompletedTask;
    }

    public void BackendChanged(string backend, string? cause)
    {
        if (cause is null) log.Write(LogEventLevel.Information, LogEvents.BackendAvailable, null, ("backend", backend));
        else log.Write(LogEventLevel.Error, LogEvents.BackendUnavailable, null, ("backend", backend), ("cause", cause));
    }

    internal static string Word(DeliveryOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    private void Write(Delivery delivery) => log.Write(
        delivery.Outcome == DeliveryOutcome.Unknown ? LogEventLevel.Warning : LogEventLevel.Information,
        LogEvents.Delivery,
        null,
        ("outcome", Word(delivery.Outcome)),
        ("stage", DecisionLog.Word(delivery.Stage)),
        ("elapsed_ms", Math.Round(delivery.Elapsed.TotalMilliseconds, 2)),
        ("queue_id", delivery.QueueId),
        ("size", delivery.Size),
        ("backend", delivery.Backend),
        ("sender", delivery.Sender),
        ("recipient", delivery.Recipient),
        ("reply", delivery.Reply));
}
