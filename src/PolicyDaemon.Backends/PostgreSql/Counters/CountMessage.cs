using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Backends.PostgreSql.Counters;

/// <summary>A message as the store takes it.</summary>
/// <param name="Asked">The charges as the caller wrote them.</param>
internal sealed record CountMessage(Guid Id, IReadOnlyList<Charge> Asked)
{
    /// <summary>The same charges, with keys that PostgreSQL can hold.</summary>
    public IReadOnlyList<Charge> Charges { get; } = StoredKey.Of(Asked);

    public byte[] WriteDetail() => ChargeDetail.Write(Charges);
}
