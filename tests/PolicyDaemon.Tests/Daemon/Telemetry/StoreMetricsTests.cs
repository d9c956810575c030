using System.Diagnostics.Metrics;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Backends.PostgreSql.Blocks;
using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class StoreMetricsTests
{
    [Fact]
    public void Store_is_measured_where_there_is_one()
    {
        using Meter meter = new("test of StoreMetrics");
        StoreMetrics metrics = new(meter);
        Assert.Empty(Measure(meter));

        metrics.Observe(() => new StoreFacts(
            new PostgresState("primary", IsAway: true, "no answer"),
            new PostgresListenerState(IsListening: false, "no answer"),
            new PostgresBlocksStatus(IsLive: false, Pending: 2, "no answer"),
            new ClusterCountersStatus(3, NodesSeen: 3, IsAway: true, "no answer", HasShare: true, 4711, IsJournalFull: false, 900, 30, TimeSpan.FromSeconds(1.5), 17)));

        Assert.Equal(
            new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["policydaemon.store.away"] = 1,
                ["policydaemon.store.listening"] = 0,
                ["policydaemon.store.sharing"] = 1,
                ["policydaemon.store.pending"] = 2,
                ["policydaemon.store.journal"] = 4711,
                ["policydaemon.store.charges"] = 900,
                ["policydaemon.store.charge.calls"] = 30,
                ["policydaemon.store.charge.time"] = 1.5,
                ["policydaemon.store.share.charges"] = 17,
            },
            Measure(meter));
    }

    private static Dictionary<string, double> Measure(Meter meter)
    {
        Dictionary<string, double> measured = new(StringComparer.Ordinal);
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter == meter) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }
}
