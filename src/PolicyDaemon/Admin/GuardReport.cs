using System.Text.Json.Serialization;

namespace PolicyDaemon.Admin;

/// <summary>Who is meant: one of the two.</summary>
/// <param name="Login">A login, or an address that one account owns.</param>
/// <param name="Client">An address of the network that is meant.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record GuardTarget(string? Login = null, string? Client = null);

/// <summary>What the guard counts for one login or one client network.</summary>
/// <param name="Subject">As the log has it: <c>login alice</c>, <c>network 192.0.2.7/32</c>, <c>proxied alice</c>, <c>known alice 192.0.2.7/32</c>.</param>
/// <param name="Guesses">Different wrong passwords; after a lock the counting begins anew.</param>
/// <param name="LockedUntil">Null when it is not locked.</param>
internal sealed record GuardEntry(string Subject, int Guesses, DateTimeOffset LastAt, DateTimeOffset? LockedUntil);

/// <param name="Now">The daemon's time.</param>
/// <param name="Entries">The latest first; at most <see cref="MaxEntries"/>, those that are locked before the others.</param>
/// <param name="Total">How many there are.</param>
internal sealed record GuardList(DateTimeOffset Now, int Total, IReadOnlyList<GuardEntry> Entries)
{
    public const int MaxEntries = 1000;
}
