using System.Text.Json;
using System.Text.Json.Serialization;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;

namespace PolicyDaemon.Http;

/// <summary>How one part that decisions need is at present.</summary>
internal enum PartState
{
    /// <summary>All is as it should be.</summary>
    Ok,

    /// <summary>Decisions are made all the same: from memory, or from this node's share.</summary>
    Degraded,

    /// <summary>What needs it is deferred.</summary>
    Failing,
}

/// <param name="Name">As <c>policydaemon status</c> calls it.</param>
/// <param name="Cause">One sentence; null: nothing is wrong.</param>
internal sealed record PartReport(string Name, PartState State, string? Cause);

/// <summary>Whether this node decides, and by what.</summary>
/// <param name="State">The worst of the parts.</param>
internal sealed record Readiness(PartState State, IReadOnlyList<PartReport> Parts)
{
    public static Readiness Alive { get; } = new(PartState.Ok, []);

    /// <summary>Mail can be decided upon here, if not in the best way.</summary>
    [JsonIgnore]
    public bool IsReady => State != PartState.Failing;

    public static Readiness Of(IEnumerable<SourceReport> sources)
    {
        PartReport[] parts = [.. sources.Select(Judge)];
        return new Readiness(parts.Select(part => part.State).DefaultIfEmpty().Max(), parts);
    }

    public string ToJson() => JsonSerializer.Serialize(this, HttpJson.Default.Readiness) + "\n";

    private static PartReport Judge(SourceReport source) => source switch
    {
        { Store: { CountedBy: CountedBy.Nobody } } => Part(source, PartState.Failing, "limits are not counted"),
        { Store: { CountedBy: CountedBy.Share } } => Part(source, PartState.Degraded, "limits are counted by this node's share"),
        { Sync.AnswersFrom: AnswersFrom.Nothing } => Part(source, PartState.Failing, "the accounts in memory are too old to count"),
        { Sync: { AnswersFrom: AnswersFrom.View, Connection: SyncConnection.Connected } } => new PartReport(source.Name, PartState.Ok, null),
        { Sync.AnswersFrom: AnswersFrom.View } => Part(source, PartState.Degraded, source.Sync.Cause ?? "no server is followed"),
        { LastKnown: { IsInUse: true, Counts: true } } => Part(source, PartState.Degraded, "does not answer, and what it said last counts"),
        { Sync: not null, LastKnown.IsInUse: false } => Part(source, PartState.Degraded, source.Sync.Cause ?? "a server is asked each time"),
        { State: SourceState.Down } or { LastKnown.IsInUse: true } => Part(source, PartState.Failing, "does not answer"),
        _ => new PartReport(source.Name, PartState.Ok, null),
    };

    private static PartReport Part(SourceReport source, PartState state, string cause) =>
        new(source.Name, state, source.State == SourceState.Down && source.LastError is { } error && error != cause ? $"{cause}: {error}" : cause);
}
