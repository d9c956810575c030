namespace PolicyDaemon.Wire.DovecotAuth;

/// <summary>
/// Logins between a login process's OK and the mail process's REQUEST, and what makes Dovecot believe whoever answers that: what a daemon that stops
/// leaves to the next, so that nobody who was just let in is thrown out.
/// </summary>
/// <param name="ServerId">SPID.</param>
/// <param name="Connections">The last CUID.</param>
public sealed record PendingLogins(uint ServerId, uint Connections, IReadOnlyList<PendingLogin> Logins);

/// <param name="ClientProcess">CPID of the login process.</param>
/// <param name="AuthId">The id that it gave the request.</param>
/// <param name="Cookie">That its connection was told.</param>
/// <param name="User">As it was told.</param>
/// <param name="Until">Forgotten then.</param>
public sealed record PendingLogin(uint ClientProcess, uint AuthId, string Cookie, string User, DateTimeOffset Until);
