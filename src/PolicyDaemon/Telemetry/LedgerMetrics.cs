using System.Diagnostics.Metrics;
using PolicyDaemon.Ledger;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of the ledger of deliveries. Nothing is measured where no mail is delivered.</summary>
internal sealed class LedgerMetrics
{
    private Func<LedgerFacts?> read = static () => null;

    public LedgerMetrics(Meter meter)
    {
        meter.CreateObservableGauge("policydaemon.ledger.waiting", () => Measure(facts => facts.Waiting), "{record}", "Deliveries that the store has not yet");
        meter.CreateObservableGauge("policydaemon.ledger.journal", () => Measure(facts => facts.Octets), "By", "The journal of this node's deliveries");
        meter.CreateObservableCounter("policydaemon.ledger.dropped", () => Measure(facts => facts.Dropped), "{record}", "Deliveries given up before the store had them");
        meter.CreateObservableCounter("policydaemon.ledger.records", () => Measure(facts => facts.Records), "{record}", "Deliveries put on disk");
        meter.CreateObservableCounter("policydaemon.ledger.flushes", () => Measure(facts => facts.Flushes), "{flush}", "Flushes to disk that these took");
        meter.CreateObservableCounter("policydaemon.ledger.flush.time", () => Measure(facts => facts.FlushTime.TotalSeconds), "s", "Time that the flushes took together");
    }

    /// <summary>What is measured from now on.</summary>
    public void Observe(Func<LedgerFacts?> facts) => Volatile.Write(ref read, facts);

    private Measurement<T>[] Measure<T>(Func<LedgerFacts, T> of)
        where T : struct => Volatile.Read(ref read)() is { } facts ? [new Measurement<T>(of(facts))] : [];
}
