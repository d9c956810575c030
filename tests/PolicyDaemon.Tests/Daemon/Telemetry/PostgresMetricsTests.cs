using System.Diagnostics.Metrics;
using PolicyDaemon.Backends.PostgreSql;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class PostgresMetricsTests
{
    [Theory]
    [InlineData(true, null, 1, 0)]
    [InlineData(true, "changes are not announced of a table", 1, 1)]
    [InlineData(false, "changes are not heard of", 0, 1)]
    public void Gauges_say_whether_answers_are_kept_and_whether_questions_are_asked(bool isKeeping, string? cause, long keeping, long asking)
    {
        using Meter meter = new("test of PostgresMetrics");
        new PostgresMetrics(meter).Observe(() => [("postgres", new PostgresCacheState(isKeeping, cause))]);
        Dictionary<string, long> measured = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter == meter) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
        {
            Assert.Equal(new("source", "postgres"), Assert.Single(labels.ToArray()));
            measured[instrument.Name] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal((keeping, asking), (measured["policydaemon.postgres.keeping"], measured["policydaemon.postgres.asking"]));
    }
}
