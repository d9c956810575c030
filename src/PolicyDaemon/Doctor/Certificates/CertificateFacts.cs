namespace PolicyDaemon.Doctor.Certificates;

/// <summary>A certificate that a mail server shows.</summary>
/// <param name="Where">Whose it is: <c>postfix</c>, <c>dovecot</c>, or the URL of a server.</param>
/// <param name="Place">The file; for a server's own, its names.</param>
/// <param name="Ends">Null: it cannot be read.</param>
/// <param name="Fault">Why not.</param>
internal sealed record CertificateFacts(string Where, string Place, DateTimeOffset? Ends, string Fault = "");
