namespace PolicyDaemon.Http.Peers;

/// <summary>What a conversation brought to light that came to its good end.</summary>
/// <param name="CertificateEnds">Null: the peer showed no certificate.</param>
/// <param name="Doubt">What is wrong all the same, one sentence; null: nothing.</param>
internal readonly record struct PeerFinding(DateTimeOffset? CertificateEnds = null, string? Doubt = null);
