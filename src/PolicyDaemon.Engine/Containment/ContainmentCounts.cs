using System.Globalization;
using System.Net;

namespace PolicyDaemon.Engine.Containment;

/// <summary>Counts what logins do, until a rule has seen too much of it. For one caller at a time.</summary>
/// <remarks>
/// Different things are counted, not commands: one message with fifty refused recipients is one refusal by limit, and an unknown recipient that is
/// tried again is none. Memory is bounded; when it is full, the logins that did nothing for longest are forgotten.
/// </remarks>
/// <param name="maxValues">The most things remembered of all logins together.</param>
public sealed class ContainmentCounts(TimeProvider time, int maxValues = ContainmentCounts.DefaultMaxValues)
{
    public const int DefaultMaxValues = 200_000;

    private readonly Dictionary<string, Login> logins = new(StringComparer.Ordinal);
    private int values;
    private long unnamed;

    /// <summary>Things remembered of all logins.</summary>
    public int Values => values;

    /// <param name="account">The canonical name under which the login counts.</param>
    /// <returns>
    /// The first rule that has seen too much. What it and the other rules know of this login is then forgotten: nothing is counted twice, and
    /// after the block the counting begins anew.
    /// </returns>
    public ContainmentFinding? Count(IReadOnlyList<ContainmentRule> rules, LoginEvent seen, string account)
    {
        foreach (var rule in rules)
        {
            if (rule.ExemptLogins.Contains(account) || rule.ExemptLogins.Contains(seen.Login) || ValueFor(rule, seen) is not { } value) continue;
            if (Add(rule, account, value, PlaceFor(rule, seen)) is not { } tally) continue;
            var finding = new ContainmentFinding(rule, account, tally.Count, [.. tally.Places]);
            Forget(account);
            return finding;
        }

        if (values > maxValues) MakeRoom();
        return null;
    }

    /// <summary>What was counted of a login counts no more.</summary>
    public void Forget(string account)
    {
        if (logins.Remove(account, out var login)) values -= login.Tallies.Values.Sum(tally => tally.Count);
    }

    /// <returns>The tally, when it is full.</returns>
    private Tally? Add(ContainmentRule rule, string account, string value, string place)
    {
        if (!logins.TryGetValue(account, out var login)) logins[account] = login = new Login();
        var now = time.GetTimestamp();
        login.LastSeen = now;
        var key = (rule.Name, rule.On);
        if (!login.Tallies.TryGetValue(key, out var tally)) login.Tallies[key] = tally = new Tally();
        var before = tally.Count;
        var isFull = tally.Add(value, place, now, rule.Count, seen => time.GetElapsedTime(seen, now) >= rule.Within);
        values += tally.Count - before;
        return isFull ? tally : null;
    }

    private string? ValueFor(ContainmentRule rule, LoginEvent seen)
    {
        if (rule.On == ContainmentTrigger.ClientNetworks)
        {
            return seen.Client is { } client && !DecisionContext.IsIn(client, rule.ExemptNetworks) ? NetworkOf(client, rule) : null;
        }

        if (seen.Refusal != rule.On) return null;

        // A message without a name of its own is another one each time.
        return seen.Value.Length > 0 ? seen.Value : (++unnamed).ToString(CultureInfo.InvariantCulture);
    }

    private static string PlaceFor(ContainmentRule rule, LoginEvent seen) =>
        seen.Client is not { } client ? "unknown"
        : rule.On == ContainmentTrigger.ClientNetworks ? NetworkOf(client, rule)
        : (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).ToString();

    private static string NetworkOf(IPAddress client, ContainmentRule rule) => ClientNetwork.Of(client, rule.Ipv4Prefix, rule.Ipv6Prefix);

    /// <summary>Down to three quarters, so that this is rare.</summary>
    private void MakeRoom()
    {
        foreach (var (account, _) in logins.OrderBy(login => login.Value.LastSeen).ToList())
        {
            if (values <= maxValues / 4 * 3) return;
            Forget(account);
        }
    }

    private sealed class Login
    {
        public Dictionary<(string Rule, ContainmentTrigger On), Tally> Tallies { get; } = [];

        public long LastSeen { get; set; }
    }
}

/// <summary>A rule has seen too much of one login.</summary>
/// <param name="Account">The canonical name of the login.</param>
/// <param name="Count">How many different things there were within the window.</param>
/// <param name="Places">Client networks or addresses, the latest at the end; not all of them.</param>
public sealed record ContainmentFinding(ContainmentRule Rule, string Account, int Count, IReadOnlyList<string> Places);
