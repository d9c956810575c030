using System.Diagnostics;
using System.Diagnostics.Metrics;
using PolicyDaemon.Engine;

namespace PolicyDaemon.Telemetry;

/// <summary>Every metric of the daemon, with unit and labels. Costs a nanosecond while nobody listens.</summary>
internal sealed class DaemonMetrics : IDisposable
{
    public const string MeterName = "PolicyDaemon";

    /// <summary>The mode of a check whose word counts.</summary>
    private const string Enforced = "enforce";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> decisions;
    private readonly Counter<long> remarks;
    private readonly Histogram<double> duration;
    private readonly UpDownCounter<long> connections;

    public DaemonMetrics()
    {
        decisions = meter.CreateCounter<long>("policydaemon.decisions", "{decision}", "Decisions by action, check, mode, reason, stage and front");
        remarks = meter.CreateCounter<long>("policydaemon.remarks", "{remark}", "What observed checks would have done, and what passed because facts were missing");
        duration = meter.CreateHistogram<double>("policydaemon.decision.duration", "s", "Time taken by one decision", advice: Durations.Advice);
        Ldap = new LdapMetrics(meter);
        Postgres = new PostgresMetrics(meter);
        Store = new StoreMetrics(meter);
        Containment = new ContainmentMetrics(meter);
        Watch = new WatchMetrics(meter);
        Ledger = new LedgerMetrics(meter);
        Logins = new LoginMetrics(meter);
        Guard = new GuardMetrics(meter);
        Deliveries = new DeliveryMetrics(meter);
        Health = new HealthMetrics(meter);
        connections = meter.CreateUpDownCounter<long>("policydaemon.connections", "{connection}", "Open connections by protocol");
    }

    public LdapMetrics Ldap { get; }

    public PostgresMetrics Postgres { get; }

    public StoreMetrics Store { get; }

    public ContainmentMetrics Containment { get; }

    public WatchMetrics Watch { get; }

    public LedgerMetrics Ledger { get; }

    public LoginMetrics Logins { get; }

    public GuardMetrics Guard { get; }

    public DeliveryMetrics Deliveries { get; }

    public HealthMetrics Health { get; }

    public void Count(MailRequest request, Decision decision, TimeSpan elapsed)
    {
        if (decisions.Enabled)
        {
            decisions.Add(
                1,
                new TagList
                {
                    { "action", DecisionLog.Word(decision.Verdict) },
                    { "check", DecisionLog.Word(decision.Check) },

                    // What an observed check finds is a remark.
                    { "mode", decision.Check is null ? "" : Enforced },
                    { "reason", decision.Reason?.Name ?? "" },
                    { "stage", DecisionLog.Word(request.Stage) },
                    { "front", DecisionLog.Front(request) },
                });
        }

        if (remarks.Enabled)
        {
            foreach (var remark in decision.Remarks)
            {
                remarks.Add(
                    1,
                    new TagList
                    {
                        { "action", DecisionLog.Word(remark.Verdict) },
                        { "check", DecisionLog.Word(remark.Check) },
                        { "mode", remark.Kind == RemarkKind.Observed ? "observe" : Enforced },
                        { "reason", remark.Reason.Name },
                        { "front", DecisionLog.Front(request) },
                    });
            }
        }

        duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("front", DecisionLog.Front(request)));
    }

    public void ConnectionOpened(string protocol) => connections.Add(1, new KeyValuePair<string, object?>("protocol", protocol));

    public void ConnectionClosed(string protocol) => connections.Add(-1, new KeyValuePair<string, object?>("protocol", protocol));

    public void Dispose() => meter.Dispose();
}
