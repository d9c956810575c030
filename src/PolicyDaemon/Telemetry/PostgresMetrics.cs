using System.Diagnostics.Metrics;
using PolicyDaemon.Backends.PostgreSql;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of mailboxes in PostgreSQL, by source.</summary>
internal sealed class PostgresMetrics
{
    private Func<IEnumerable<(string Source, PostgresCacheState State)>> read = static () => [];

    public PostgresMetrics(Meter meter)
    {
        Gauge("policydaemon.postgres.keeping", state => state.IsKeeping, "1: answers are kept, those of some questions at least");
        Gauge("policydaemon.postgres.asking", state => state.Cause is not null, "1: every question is asked, or those of some tables");

        void Gauge(string name, Func<PostgresCacheState, bool> isSet, string description) =>
            meter.CreateObservableGauge(name, () => Measure(isSet), "{cache}", description);
    }

    /// <summary>Whose state is measured from now on.</summary>
    public void Observe(Func<IEnumerable<(string Source, PostgresCacheState State)>> states) => Volatile.Write(ref read, states);

    private List<Measurement<long>> Measure(Func<PostgresCacheState, bool> isSet) =>
        [.. Volatile.Read(ref read)().Select(measured => new Measurement<long>(
            isSet(measured.State) ? 1 : 0, new KeyValuePair<string, object?>("source", measured.Source)))];
}
