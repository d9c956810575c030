using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>Which pictures are made of the results, by name of the file; a part that was not measured has none.</summary>
internal sealed class Plots(Func<string, PartResults?> read)
{
    private const string Requests = "requests per second, middle and range of all rounds; logarithmic";

    /// <summary>Pictures of one part.</summary>
    /// <returns>Name without extension, and SVG.</returns>
    public IEnumerable<(string Name, string Title, string Svg)> Of(string part) => read(part) is { Measurements: { Count: > 0 } all } ? Draw(part, all) : [];

    private static IEnumerable<(string Name, string Title, string Svg)> Draw(string part, IReadOnlyList<Measurement> all) => Made(part, all).OfType<(string, string, string)>();

    private static IEnumerable<(string, string, string)?> Made(string part, IReadOnlyList<Measurement> all) => part switch
    {
        "policy" =>
        [
            Lines("policy-unix", "Policy requests over unix sockets", Requests, all.Where(Is("warm", "unix")), one => one.PerSecond),
            Lines("policy-tcp", "Policy requests over TCP, and what Debian packages", Requests, all.Where(one => Is("warm", "tcp")(one) || (one.Group == "peers" && one.Role == Role.Peer)), one => one.PerSecond),
            Lines("policy-latency", "Policy requests over unix sockets: 99 of 100 are answered within", "microseconds, closed loop; logarithmic", all.Where(Is("warm", "unix")), one => one.P99),
            Lines("policy-directories", "Policy requests with 10,000 accounts, by directory", Requests, all.Where(Is("10,000 accounts", "unix")), one => one.PerSecond),
            Bars("policy-cpu", "CPU time of the server for a policy request, 16 connections over TCP", "microseconds", all.Where(one => one.Connections == 16 && one.Offered is null && one.Transport == "tcp" && (one.Group == "warm" || one.Role == Role.Peer)), one => one.Cpu),
        ],
        "milter" =>
        [
            Lines("milter", "Messages through a milter over unix sockets", "messages per second, middle and range of all rounds; logarithmic", all.Where(one => one.Transport == "unix" && one.Offered is null), one => one.PerSecond),
            Bars("milter-cpu", "CPU time of the filter for a message, 16 sessions", "microseconds", all.Where(one => one.Transport == "unix" && one is { Connections: 16, Offered: null }), one => one.Cpu),
        ],
        "auth" =>
        [
            Lines("auth", "Logins with {PLAIN} passwords over unix sockets", "logins per second, middle and range of all rounds; logarithmic", all.Where(Is("{PLAIN}", "unix")), one => one.PerSecond),
            Bars("auth-sources", "Logins by what has to be asked or computed, 16 connections", "logins per second", all.Where(one => one.Group != "{PLAIN}" && one.Connections == 16), one => one.PerSecond),
        ],
        "lmtp" => [Bars("lmtp", "Deliveries by LMTP, 16 sessions", "messages of 4 KB per second", all.Where(one => one.Connections == 16), one => one.PerSecond)],
        "smtp" => [Bars("smtp", "Messages through Postfix from 16 SMTP sessions", "messages per second", all, one => one.PerSecond)],
        "counters" => [Bars("counters", "Charges to limits in PostgreSQL, 300 callers", "messages per second", all.Where(one => one.Connections == 300), one => one.PerSecond)],
        "accounts" =>
        [
            Bars("accounts", "Policy requests by number of accounts, 100 connections", "requests per second", all, one => one.PerSecond),
            Bars("accounts-memory", "Memory at 100 connections by number of accounts", "MB resident after the load", all, one => new Figure(one.ResidentMegabytes ?? 0, one.ResidentMegabytes ?? 0, one.PeakMegabytes ?? 0)),
        ],
        _ => [],
    };

    private static Func<Measurement, bool> Is(string group, string transport) => one => one.Group == group && one.Transport == transport && one.Offered is null;

    private static (string, string, string)? Lines(string name, string title, string unit, IEnumerable<Measurement> some, Func<Measurement, Figure> value)
    {
        var chosen = some.ToArray();
        if (chosen is []) return null;
        var places = chosen.Select(one => one.Connections).Distinct().Order().ToArray();
        HashSet<int> used = [];
        var series = chosen.OrderByDescending(one => one.Role).GroupBy(one => one.Subject).Select(group => new Series(
            group.Key, Take(used, group.First().Role), [.. places.Select(place => group.FirstOrDefault(one => one.Connections == place) is { } one ? value(one) : null)]));
        LinePlot plot = new(title, unit, "connections", [.. places.Select(place => place.ToString("N0", System.Globalization.CultureInfo.InvariantCulture))], [.. series]);
        return (name, title, plot.ToString());
    }

    private static (string, string, string)? Bars(string name, string title, string unit, IEnumerable<Measurement> some, Func<Measurement, Figure> value)
    {
        var chosen = some.ToArray();
        if (chosen is []) return null;
        BarPlot plot = new(title, unit, [.. chosen.GroupBy(one => one.Group).Select(group => (group.Key, (IReadOnlyList<(string, Figure, int)>)[.. group.Select(one => (one.Subject, value(one), Color(one.Role)))]))]);
        return (name, title, plot.ToString());
    }

    private static int Color(Role role) => role switch { Role.Daemon => 0, Role.Peer => 3, _ => 1 };

    /// <summary>That of its role, or the next that is free.</summary>
    private static int Take(HashSet<int> used, Role role)
    {
        int[] wanted = [Color(role), .. Enumerable.Range(2, Svg.ColorCount - 2).Reverse(), 0, 1];
        var color = wanted.FirstOrDefault(one => !used.Contains(one), Color(role));
        used.Add(color);
        return color;
    }
}
