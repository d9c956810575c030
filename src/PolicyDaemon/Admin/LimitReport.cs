using System.Text.Json.Serialization;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Admin;

/// <summary>Whose use of which limits.</summary>
/// <param name="Who">A login or an address of an account, a domain, an address or network of a client, a recipient; empty for everyone.</param>
/// <param name="Limit">The limit's configured name; null: all limits that have this key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LimitTarget(LimitKey Key, string Who, string? Limit = null);

/// <summary>How much of one limit is used.</summary>
/// <param name="Key">As the log has it: <c>login-hour/login:alice</c>.</param>
/// <param name="Used">Units counted in the present window.</param>
/// <param name="Amount">Units that pass in one window, with the amounts of the directory.</param>
/// <param name="RetryAfterMs">When one more unit would fit, if nobody else charged; 0 when it fits now, or never would.</param>
internal sealed record LimitUse(string Key, LimitUnit Unit, long Used, long Amount, long PerMs, long RetryAfterMs);

internal sealed record LimitUseList(IReadOnlyList<LimitUse> Limits);
