using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>A message as the store takes it.</summary>
/// <param name="Asked">The charges as the caller wrote them.</param>
internal sealed record CountMessage(Guid Id, IReadOnlyList<Charge> Asked)
{
    /// <summary>The same charges, with keys that PostgreSQL can hold.</summary>
    public IReadOnlyList<Charge> Charges { get; } = StoredKey.Of(Asked);

    /// <summary>Those that the store has made. Of a message on hold only the first that was left out is known: the others count as made, which passes less.</summary>
    public IReadOnlyList<Charge> ChargedBy(CountAnswer answer) => answer.Outcome switch
    {
        CountOutcome.Fits => Charges,
        CountOutcome.ExceededSoftly => [.. Charges.Where((_, i) => !ReferenceEquals(Asked[i], answer.Charge))],
        _ => [],
    };

    public byte[] WriteDetail() => ChargeDetail.Write(Charges);
}
