using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PolicyDaemon.Bench.Milter;

/// <summary>Messages through the daemon's milter beside a filter on libmilter that accepts everything, in turns.</summary>
/// <param name="program">The <c>policydaemon</c> program.</param>
/// <param name="messages">In one round.</param>
internal sealed class MilterBench(string program, int rounds, long messages)
{
    public async Task RunAsync(IEnumerable<int> connectionCounts)
    {
        var folder = Directory.CreateTempSubdirectory("policydaemon-bench-").FullName;
        List<ServerProcess> servers = [];
        try
        {
            var accept = Path.Combine(folder, "accept");
            Compile(accept);
            var unix = Path.Combine(folder, "accept.sock");
            servers.Add(await ServerProcess.StartAsync("libmilter", accept, [$"unix:{unix}"], At(unix)));
            servers.Add(await new DaemonUnderTest(program, folder).StartAsync(At(Path.Combine(folder, "milter.sock")), listener: "milter"));
            Console.WriteLine($"messages of one recipient and 2 kB through a milter, unix socket, medians of {rounds} rounds of {messages:N0}");
            Console.WriteLine($"{"sessions",8}  {"server",-10} {"messages/s",11} {"CPU us/message",15}");
            foreach (var connections in connectionCounts) await CompareAsync(servers, connections);
            foreach (var server in servers) Console.WriteLine($"{server.Name}: {server.Use.ResidentBytes >> 20} MiB resident after the load");
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task CompareAsync(List<ServerProcess> servers, int connections)
    {
        var measured = servers.Select(_ => new List<(double PerSecond, double Cpu)>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < servers.Count; i++)
            {
                var before = servers[i].Use.Cpu;
                var report = await new MilterLoad(servers[i].Endpoints["unix"], connections, messages).RunAsync(null);
                if (report.ErrorCount > 0) throw new InvalidOperationException($"{servers[i].Name}: {report.Errors[0]}");

                // The first round is for the compiler.
                if (round < 0) continue;
                measured[i].Add((messages / report.Elapsed.TotalSeconds, (servers[i].Use.Cpu - before).TotalMicroseconds / messages));
            }
        }

        for (var i = 0; i < servers.Count; i++)
        {
            var rate = measured[i].Select(one => one.PerSecond).Order().ElementAt(rounds / 2);
            var cpu = measured[i].Select(one => one.Cpu).Order().ElementAt(rounds / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections,8}  {servers[i].Name,-10} {rate,11:N0} {cpu,15:F1}"));
        }
    }

    private static void Compile(string output)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "accept.c");
        using var compiler = Process.Start("cc", ["-O2", "-o", output, source, "-lmilter", "-lpthread"]);
        compiler.WaitForExit();
        if (compiler.ExitCode != 0) throw new InvalidOperationException("cc failed: are libmilter-dev and a compiler there?");
    }

    private static Dictionary<string, EndPoint> At(string path) => new() { ["unix"] = new UnixDomainSocketEndPoint(path) };
}
