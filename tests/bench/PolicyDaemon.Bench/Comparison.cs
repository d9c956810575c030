using System.Globalization;
using System.Text;

namespace PolicyDaemon.Bench;

/// <summary>
/// Measures several servers in one run, round by round in turn, so that whatever else the machine does meets all of them; the first is the
/// floor that the others are compared with.
/// </summary>
internal sealed class Comparison(IReadOnlyList<ServerProcess> servers, int rounds, TimeSpan roundTime)
{
    private static readonly CompositeFormat Line =
        CompositeFormat.Parse("{0,-9} {1,11}  {2,-8} {3,12:N0} {4,6:F2} {5,8:F0} {6,8:F0} {7,6:F2} {8,10:F1}");

    public void Print(IEnumerable<int> connectionCounts, TextWriter output)
    {
        output.WriteLine($"policy requests of {PolicyRequests.Length} octets, closed loop, medians of {rounds} rounds of {roundTime.TotalSeconds:0.#} s");
        output.WriteLine($"{"transport",-9} {"connections",11}  {"server",-8} {"requests/s",12} {"ratio",6} {"p50 us",8} {"p99 us",8} {"ratio",6} {"CPU us/req",10}");
        foreach (var transport in servers[0].Endpoints.Keys)
        {
            foreach (var connections in connectionCounts)
            {
                var medians = Measure(transport, connections);
                for (var i = 0; i < servers.Count; i++) output.WriteLine(Format(transport, connections, servers[i].Name, medians[i], medians[0]));
            }
        }

        foreach (var server in servers) output.WriteLine($"{server.Name}: {server.Use.ResidentBytes >> 20} MiB resident after the load");
    }

    private static string Format(string transport, int connections, string name, Round median, Round floor) => string.Format(
        CultureInfo.InvariantCulture,
        Line,
        transport,
        connections,
        name,
        median.PerSecond,
        median.PerSecond / floor.PerSecond,
        median.P50,
        median.P99,
        median.P99 / floor.P99,
        median.CpuPerRequest);

    private Round[] Measure(string transport, int connections)
    {
        var measured = servers.Select(_ => new List<Round>()).ToArray();
        var generators = servers.Select(server => new LoadGenerator(server.Endpoints[transport], connections)).ToArray();
        try
        {
            foreach (var generator in generators) generator.Run(2 * roundTime);
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < servers.Count; i++) measured[i].Add(Measure(servers[i], generators[i]));
            }
        }
        finally
        {
            foreach (var generator in generators) generator.Dispose();
        }

        return Array.ConvertAll(measured, Round.Median);
    }

    private Round Measure(ServerProcess server, LoadGenerator generator)
    {
        var before = server.Use.Cpu;
        var round = generator.Run(roundTime);
        var cpu = server.Use.Cpu - before;
        return round with { CpuPerRequest = cpu.TotalMicroseconds / (round.PerSecond * roundTime.TotalSeconds) };
    }
}
