using System.Text.Json;

namespace PolicyDaemon.Http.Peers;

/// <summary>How a program was that this node works with, when it was last talked to.</summary>
/// <param name="Name">The last part of the path: <c>smtp</c>, <c>imap</c>, …</param>
/// <param name="Cause">One sentence; null: nothing is wrong.</param>
/// <param name="TookMs">The whole conversation, in milliseconds.</param>
/// <param name="CertificateDays">Whole days until its certificate ends, below zero when it has ended; null: it showed none.</param>
/// <param name="CertificateEnds">Null as the days are.</param>
internal sealed record PeerReport(string Name, PartState State, string? Cause, long TookMs, int? CertificateDays, DateTimeOffset? CertificateEnds, DateTimeOffset CheckedAt)
{
    public string ToJson() => JsonSerializer.Serialize(this, HttpJson.Default.PeerReport) + "\n";
}
