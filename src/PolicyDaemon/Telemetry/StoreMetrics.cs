using System.Diagnostics.Metrics;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of the store that nodes share. Nothing is measured where the store is SQLite.</summary>
internal sealed class StoreMetrics
{
    private Func<StoreFacts?> read = static () => null;

    public StoreMetrics(Meter meter)
    {
        Gauge("policydaemon.store.away", "{store}", facts => facts.AwayCause is null ? 0 : 1, "1: no primary answers, or it has not what is needed");
        Gauge("policydaemon.store.listening", "{connection}", facts => facts.Listening.IsListening ? 1 : 0, "1: what other nodes change is heard of");
        Gauge("policydaemon.store.sharing", "{node}", facts => facts.Counting.IsAway ? 1 : 0, "1: limits are counted by this node's share");
        Gauge("policydaemon.store.pending", "{order}", facts => facts.Blocks.Pending, "Blocks given or taken back here that other nodes do not know yet");
        Gauge("policydaemon.store.journal", "By", facts => facts.Counting.JournalBytes, "The journal of this node's charges");
        Counter("policydaemon.store.charges", "{message}", facts => facts.Counting.Charges, "Messages that the store was asked to charge");
        Counter("policydaemon.store.charge.calls", "{call}", facts => facts.Counting.Calls, "Calls that these took, many messages in each under load");
        Counter("policydaemon.store.share.charges", "{message}", facts => facts.Counting.ShareCharges, "Messages charged from this node's share");
        meter.CreateObservableCounter("policydaemon.store.charge.time", () => Measure(facts => facts.Counting.CallTime.TotalSeconds), "s", "Time that the calls took together");

        void Gauge(string name, string unit, Func<StoreFacts, long> of, string description) =>
            meter.CreateObservableGauge(name, () => Measure(of), unit, description);

        void Counter(string name, string unit, Func<StoreFacts, long> of, string description) =>
            meter.CreateObservableCounter(name, () => Measure(of), unit, description);
    }

    /// <summary>What is measured from now on; null while there is nothing.</summary>
    public void Observe(Func<StoreFacts?> facts) => Volatile.Write(ref read, facts);

    private Measurement<T>[] Measure<T>(Func<StoreFacts, T> of)
        where T : struct => Volatile.Read(ref read)() is { } facts ? [new Measurement<T>(of(facts))] : [];
}
