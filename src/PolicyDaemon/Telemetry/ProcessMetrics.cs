using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PolicyDaemon.Telemetry;

/// <summary>What the process itself uses, under the names that Prometheus' own clients give it; read from the kernel when asked.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    public const string MeterName = "PolicyDaemon.Process";

    private readonly Meter meter = new(MeterName);

    public ProcessMetrics()
    {
        meter.CreateObservableCounter("process.cpu", static () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used, user and system");
        meter.CreateObservableGauge("process.resident.memory", static () => Environment.WorkingSet, "By", "Memory that is in RAM");
        meter.CreateObservableGauge("process.open.fds", static () => Directory.GetFileSystemEntries("/proc/self/fd").LongLength, "{descriptor}", "Open file descriptors");
        meter.CreateObservableGauge("process.start.time", static () => StartTime, "s", "When the process started, since 1970-01-01 UTC");
        meter.CreateObservableCounter("process.gc.collections", static () => GC.CollectionCount(0), "{collection}", "Garbage collections of all generations");
        meter.CreateObservableCounter("process.gc.allocated", static () => GC.GetTotalAllocatedBytes(), "By", "Memory that was ever allocated and is left to garbage collections");
        meter.CreateObservableCounter("process.gc.pause", static () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time that garbage collections stopped the process");
    }

    public void Dispose() => meter.Dispose();

    private static double StartTime { get; } = ReadStartTime();

    private static double ReadStartTime()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }
}
