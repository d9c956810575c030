using System.Diagnostics.Metrics;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class LdapMetricsTests
{
    private static readonly SyncStatus Followed = new()
    {
        Connection = SyncConnection.Connected, IsViewUsed = true, IsStale = false, Entries = 7, Age = TimeSpan.FromSeconds(2), Changes = 5, Withheld = 3, Older = 2, Conflicts = 1,
    };

    [Fact]
    public void Metrics_show_what_the_status_shows()
    {
        using Meter meter = new("PolicyDaemon.Tests");
        LdapMetrics metrics = new(meter);
        Dictionary<string, double> measured = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter == meter) listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        SyncStatus status = Followed;
        metrics.Observe(() => [("ldap", status)]);

        metrics.CountRefresh("ldap");
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                ("accounts", 7), ("age", 2), ("changes", 5), ("conflicts", 1), ("connected", 1), ("lagging", 0), ("older", 2), ("refreshes", 1), ("stale", 0), ("withheld", 3),
            ],
            measured.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));

        status = Followed with { Connection = SyncConnection.Lagging, IsStale = true };
        listener.RecordObservableInstruments();
        Assert.Equal((1, 1, 1), (measured["connected"], measured["lagging"], measured["stale"]));

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Assert.Equal([new KeyValuePair<string, object?>("source", "ldap")], tags.ToArray());
            measured[instrument.Name["policydaemon.ldap.".Length..]] = value;
        }
    }
}
