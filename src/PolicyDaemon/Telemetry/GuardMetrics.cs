using System.Diagnostics.Metrics;
using PolicyDaemon.Engine.Guessing;

namespace PolicyDaemon.Telemetry;

/// <summary>The metrics of the guard against guessing. Who is refused by it is counted with the other logins, by its reason.</summary>
internal sealed class GuardMetrics
{
    private readonly Counter<long> locks;
    private readonly Histogram<double> delay;
    private Func<GuardStatus?> read = static () => null;
    private Func<int?> readWaiting = static () => null;

    public GuardMetrics(Meter meter)
    {
        locks = meter.CreateCounter<long>("policydaemon.guard.locks", "{lock}", "Logins and networks that were locked");
        delay = meter.CreateHistogram<double>("policydaemon.guard.delay", "s", "How long clients were kept waiting for a wrong password", advice: Durations.LongAdvice);
        Gauge("policydaemon.guard.locked", "{lock}", status => status.Locks, "Logins and networks that are locked now");
        Gauge("policydaemon.guard.guesses", "{guess}", status => status.Guesses, "Different wrong passwords that are remembered");
        Gauge("policydaemon.guard.networks", "{network}", status => status.KnownNetworks, "Networks that are remembered as an account's own");
        meter.CreateObservableGauge(
            "policydaemon.guard.waiting", () => Measure(Volatile.Read(ref readWaiting)()), "{event}", "What this node has seen and the store does not know yet");

        void Gauge(string name, string unit, Func<GuardStatus, int> of, string description) =>
            meter.CreateObservableGauge(name, () => Measure(Volatile.Read(ref read)() is { } status ? of(status) : null), unit, description);
    }

    /// <summary>What is measured from now on.</summary>
    public void Observe(GuessingGuard guard, GuardSharing sharing)
    {
        Volatile.Write(ref read, () => guard.Status);
        Volatile.Write(ref readWaiting, () => sharing.Waiting);
    }

    public void CountLock(GuardLock found) => locks.Add(1, new KeyValuePair<string, object?>("kind", found.Kind));

    /// <param name="waited">Zero for who was answered at once, which is not counted.</param>
    public void CountDelay(TimeSpan waited)
    {
        if (waited > TimeSpan.Zero) delay.Record(waited.TotalSeconds);
    }

    private static Measurement<int>[] Measure(int? value) => value is { } measured ? [new Measurement<int>(measured)] : [];
}
