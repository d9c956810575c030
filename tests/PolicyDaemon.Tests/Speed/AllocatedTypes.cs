using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace PolicyDaemon.Tests.Speed;

/// <summary>Which types are allocated, by the runtime's own samples: one for each 100 KB or so. For the message of a test that fails.</summary>
internal sealed class AllocatedTypes : EventListener
{
    private const EventKeywords GarbageCollection = (EventKeywords)1;
    private readonly ConcurrentDictionary<string, int> samples = new(StringComparer.Ordinal);

    public override string ToString() => string.Join(", ", samples.OrderByDescending(sample => sample.Value).Take(8).Select(sample => $"{sample.Key} {sample.Value}"));

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) != true) return;
        var at = eventData.PayloadNames!.IndexOf("TypeName");
        if (at >= 0 && eventData.Payload![at] is string name) samples.AddOrUpdate(name, 1, static (_, count) => count + 1);
    }
}
