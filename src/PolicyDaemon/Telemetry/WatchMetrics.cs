using System.Diagnostics.Metrics;
using PolicyDaemon.Watch;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of what is watched for running full. What cannot be looked at is not measured.</summary>
internal sealed class WatchMetrics
{
    private Func<WatchFacts> read = static () => new WatchFacts([], [], null, TimeSpan.Zero);

    public WatchMetrics(Meter meter)
    {
        Disks("policydaemon.watch.size", "By", disk => disk.Octets, "Size of the file system");
        Disks("policydaemon.watch.free", "By", disk => disk.FreeOctets, "What is free of it for one who is not root");
        Disks("policydaemon.watch.files.free", "{file}", disk => disk.FreeFiles, "Inodes that are free; not there where they have no limit", disk => disk.Files > 0);
        meter.CreateObservableGauge("policydaemon.watch.queue.messages", Messages, "{message}", "Messages in Postfix's queue");
        meter.CreateObservableGauge("policydaemon.watch.queue.age", Age, "s", "Age of the oldest message that waits");
        meter.CreateObservableGauge("policydaemon.watch.level", Levels, "{level}", "0: normal, 1: warning, 2: critical");

        void Disks(string name, string unit, Func<FileSystemUse, long> of, string description, Func<FileSystemUse, bool>? isThere = null) => meter.CreateObservableGauge(
            name, () => Facts.Disks.Where(disk => isThere?.Invoke(disk.Use) ?? true).Select(disk => Measure(of(disk.Use), disk.Subject)), unit, description);
    }

    private WatchFacts Facts => Volatile.Read(ref read)();

    /// <summary>What is measured from now on.</summary>
    public void Observe(Func<WatchFacts> facts) => Volatile.Write(ref read, facts);

    private IEnumerable<Measurement<long>> Messages() =>
        Facts.Queue?.Messages.Select(queue => new Measurement<long>(queue.Value, new KeyValuePair<string, object?>("queue", queue.Key))) ?? [];

    private IEnumerable<Measurement<double>> Age()
    {
        var facts = Facts;
        return facts.Queue is null ? [] : [new Measurement<double>(facts.QueueAge.TotalSeconds)];
    }

    private IEnumerable<Measurement<long>> Levels() => Facts.Levels.Select(level => Measure((long)level.Level, level.Subject));

    private static Measurement<long> Measure(long value, WatchSubject subject) => new(value, new KeyValuePair<string, object?>("subject", WatchLog.Word(subject)));
}
