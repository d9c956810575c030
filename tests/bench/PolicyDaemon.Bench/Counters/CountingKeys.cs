using PolicyDaemon.Backends.PostgreSql.Counters;
using PolicyDaemon.Engine.Counters;

namespace PolicyDaemon.Bench.Counters;

/// <summary>What messages are charged to: two limits on the login, per hour and per day; and with it, when all share one, a limit on everyone.</summary>
internal sealed record CountingKeys(string Name, int Logins, bool HasEveryone = false)
{
    private const long Limit = 1_000_000_000;

    private static readonly (string Name, TimeSpan Window)[] Limits = [("login-hour", TimeSpan.FromHours(1)), ("login-day", TimeSpan.FromDays(1))];

    private static readonly Charge Everyone = new("everyone-hour/everyone", 1, Limit, TimeSpan.FromHours(1));

    public static string LoginOf(int number) => FormattableString.Invariant($"user{number:D7}");

    public int Next(Random random) => random.Next(Logins);

    public IReadOnlyList<Charge> ChargesOf(int login)
    {
        List<Charge> charges = [.. Limits.Select(limit => new Charge($"{limit.Name}/login:{LoginOf(login)}", 1, Limit, limit.Window))];
        if (HasEveryone) charges.Add(Everyone);
        return charges;
    }

    /// <summary>All keys, with the length of their slices in microseconds.</summary>
    public IReadOnlyCollection<(string Key, long Length)> All() =>
        [.. Enumerable.Range(0, Logins).SelectMany(ChargesOf).Select(charge => (charge.Key, StoredSlices.LengthOf(charge.Window))).Distinct()];
}
