using System.Diagnostics.Metrics;
using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of accounts that are kept in memory, by source. Nothing is measured in mode lookup.</summary>
internal sealed class LdapMetrics
{
    private readonly Counter<long> refreshes;
    private Func<IEnumerable<(string Source, SyncStatus Status)>> read = static () => [];

    public LdapMetrics(Meter meter)
    {
        refreshes = meter.CreateCounter<long>("policydaemon.ldap.refreshes", "{refresh}", "Times that the whole content, or what changed in it, was taken over");
        meter.CreateObservableCounter("policydaemon.ldap.changes", () => Measure(status => status.Changes), "{change}", "Changes applied to the accounts in memory");
        Gauge("policydaemon.ldap.accounts", "{account}", status => status.Entries, "Accounts in memory");
        Gauge("policydaemon.ldap.withheld", "{account}", status => status.Withheld, "Accounts that the server has not any more, kept until an administrator confirms");
        Gauge("policydaemon.ldap.older", "{account}", status => status.Older, "Accounts of which the server has an older state");
        Gauge("policydaemon.ldap.conflicts", "{conflict}", status => status.Conflicts, "Logins and addresses that more than one entry claims");
        Gauge("policydaemon.ldap.connected", "{connection}", status => Flag(status.Connection is SyncConnection.Connected or SyncConnection.Lagging), "1: changes come as they happen");
        Gauge("policydaemon.ldap.lagging", "{connection}", status => Flag(status.Connection == SyncConnection.Lagging), "1: connected, but behind");
        Gauge("policydaemon.ldap.stale", "{view}", status => Flag(status.IsStale), "1: too old to count");
        meter.CreateObservableGauge("policydaemon.ldap.age", ReadAges, "s", "Time since a server was last heard");

        void Gauge(string name, string unit, Func<SyncStatus, long> of, string description) =>
            meter.CreateObservableGauge(name, () => Measure(of), unit, description);
    }

    /// <summary>Whose state is measured from now on.</summary>
    public void Observe(Func<IEnumerable<(string Source, SyncStatus Status)>> statuses) => Volatile.Write(ref read, statuses);

    public void CountRefresh(string source) => refreshes.Add(1, Label(source));

    private List<Measurement<long>> Measure(Func<SyncStatus, long> of) =>
        [.. Volatile.Read(ref read)().Select(measured => new Measurement<long>(of(measured.Status), Label(measured.Source)))];

    private List<Measurement<double>> ReadAges() =>
        [.. Volatile.Read(ref read)()
            .Where(measured => measured.Status.Age is not null)
            .Select(measured => new Measurement<double>(measured.Status.Age!.Value.TotalSeconds, Label(measured.Source)))];

    private static KeyValuePair<string, object?> Label(string source) => new("source", source);

    private static long Flag(bool isSet) => isSet ? 1 : 0;
}
