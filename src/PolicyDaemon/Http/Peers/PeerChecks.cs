using System.Collections.Concurrent;

namespace PolicyDaemon.Http.Peers;

/// <summary>
/// Talks to the programs that this node works with, when somebody asks how they are. What was found out counts for some time, so that asking
/// often does them no harm.
/// </summary>
/// <param name="peers">Those of the configuration in force.</param>
/// <param name="limits">For one conversation, and how long its outcome counts.</param>
internal sealed class PeerChecks(Func<IReadOnlyList<IPeer>> peers, Func<(TimeSpan Timeout, TimeSpan KeptFor)> limits, TimeProvider time)
{
    /// <summary>Days before its end at which a certificate should have been renewed long since.</summary>
    public const int CertificateWarningDays = 14;

    private readonly ConcurrentDictionary<string, Conversation> kept = new(StringComparer.Ordinal);

    /// <summary>What the last conversations that are over have found out.</summary>
    public IReadOnlyList<PeerReport> Known =>
        [.. peers().Select(peer => kept.GetValueOrDefault(peer.Name) is { } last && last.Peer.Equals(peer) ? last.Known : null).OfType<PeerReport>()];

    /// <summary>How a peer is, or was a few seconds ago.</summary>
    /// <returns>Null: the configuration names none.</returns>
    /// <exception cref="OperationCanceledException">The token; the conversation goes on for others.</exception>
    public async Task<PeerReport?> CheckAsync(string name, CancellationToken cancellationToken) =>
        peers().FirstOrDefault(peer => peer.Name == name) is { } peer ? await Talk(peer).WaitAsync(cancellationToken) : null;

    /// <summary>Begins a conversation with each whose last one counts no more. Waits for none.</summary>
    public void Refresh()
    {
        foreach (var peer in peers()) _ = Talk(peer);
    }

    private Task<PeerReport> Talk(IPeer peer)
    {
        var current = kept.AddOrUpdate(
            peer.Name,
            _ => new Conversation(peer, null, time.GetTimestamp()),
            (_, last) => Counts(last, peer) ? last : new Conversation(peer, last.Peer.Equals(peer) ? last.Known : null, time.GetTimestamp()));
        return current.BeginOnce(() => TalkAsync(peer));
    }

    private bool Counts(Conversation last, IPeer peer) => last.Peer.Equals(peer) && (!last.IsOver || time.GetElapsedTime(last.Begun) < limits().KeptFor);

    private async Task<PeerReport> TalkAsync(IPeer peer)
    {
        var begun = time.GetTimestamp();
        var patience = limits().Timeout;
        using var limit = new CancellationTokenSource(patience, time);
        try
        {
            return Describe(peer.Name, await peer.TalkAsync(limit.Token), begun);
        }
        catch (OperationCanceledException)
        {
            return Report(peer.Name, PartState.Failing, $"no answer within {patience.TotalSeconds:0.###} s", begun, null);
        }
        catch (IOException exception)
        {
            return Report(peer.Name, PartState.Failing, exception.Message, begun, null);
        }
    }

    private PeerReport Describe(string name, PeerFinding finding, long begun)
    {
        var cause = finding.CertificateEnds <= time.GetUtcNow() ? "its certificate has ended"
            : finding.Doubt ?? (DaysUntil(finding.CertificateEnds) is < CertificateWarningDays and var days ? $"its certificate ends in {days} days" : null);
        return Report(name, cause is null ? PartState.Ok : PartState.Degraded, cause, begun, finding.CertificateEnds);
    }

    private PeerReport Report(string name, PartState state, string? cause, long begun, DateTimeOffset? certificateEnds) =>
        new(name, state, cause, (long)time.GetElapsedTime(begun).TotalMilliseconds, DaysUntil(certificateEnds), certificateEnds, time.GetUtcNow());

    private int? DaysUntil(DateTimeOffset? end) => end is { } known ? (int)Math.Floor((known - time.GetUtcNow()).TotalDays) : null;

    /// <summary>One conversation, which all who ask meanwhile wait for.</summary>
    /// <param name="before">What the one before it has found out.</param>
    private sealed class Conversation(IPeer peer, PeerReport? before, long begun)
    {
        private readonly Lock gate = new();
        private Task<PeerReport>? talking;
        private PeerReport? said;

        public IPeer Peer => peer;

        public long Begun => begun;

        public bool IsOver => Volatile.Read(ref talking)?.IsCompleted ?? false;

        public PeerReport? Known => Volatile.Read(ref said) ?? before;

        /// <remarks>Not where it is made: of two that are made at once, one is thrown away unused.</remarks>
        public Task<PeerReport> BeginOnce(Func<Task<PeerReport>> talk)
        {
            lock (gate) return talking ??= Task.Run(() => TalkAsync(talk));
        }

        private async Task<PeerReport> TalkAsync(Func<Task<PeerReport>> talk)
        {
            var report = await talk();
            Volatile.Write(ref said, report);
            return report;
        }
    }
}
