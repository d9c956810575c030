using System.Diagnostics.Metrics;
using PolicyDaemon.Http;
using PolicyDaemon.Http.Peers;

namespace PolicyDaemon.Telemetry;

/// <summary>What <c>/health/…</c> says, as numbers: of the parts that decisions need, and of the programs beside the daemon.</summary>
internal sealed class HealthMetrics
{
    private Func<Readiness?> readParts = static () => null;
    private Func<IReadOnlyList<PeerReport>> readPeers = static () => [];

    public HealthMetrics(Meter meter)
    {
        meter.CreateObservableGauge("policydaemon.part.level", Parts, "{level}", "0: well, 1: decisions are made all the same, 2: what needs it is deferred");
        meter.CreateObservableGauge("policydaemon.peer.level", () => Peers(peer => (long?)peer.State), "{level}", "0: well, 1: something is wrong, 2: it does not answer as it must");
        meter.CreateObservableGauge("policydaemon.peer.duration", () => Peers(peer => (double?)peer.TookMs / 1000), "s", "What the last conversation took");
        meter.CreateObservableGauge(
            "policydaemon.peer.certificate.end",
            () => Peers(peer => peer.CertificateEnds is { } end ? (double?)end.ToUnixTimeSeconds() : null),
            "s",
            "When its certificate ends, since 1970-01-01 UTC");
    }

    /// <summary>What is measured from now on.</summary>
    /// <param name="peers">What the last conversations found out.</param>
    public void Observe(Func<Readiness> parts, Func<IReadOnlyList<PeerReport>> peers)
    {
        Volatile.Write(ref readParts, parts);
        Volatile.Write(ref readPeers, peers);
    }

    private IEnumerable<Measurement<long>> Parts() =>
        Volatile.Read(ref readParts)()?.Parts.Select(part => new Measurement<long>((long)part.State, new KeyValuePair<string, object?>("part", part.Name))) ?? [];

    private IEnumerable<Measurement<T>> Peers<T>(Func<PeerReport, T?> of)
        where T : struct =>
        from peer in Volatile.Read(ref readPeers)()
        let value = of(peer)
        where value is not null
        select new Measurement<T>(value.Value, new KeyValuePair<string, object?>("peer", peer.Name));
}
