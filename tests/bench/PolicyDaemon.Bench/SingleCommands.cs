using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Lmtp;

namespace PolicyDaemon.Bench;

/// <summary>The commands that measure one thing in its own way.</summary>
internal static class SingleCommands
{
    public static IEnumerable<Command> All() => [Hold(), View(), Toggle(), Ledger(), LmtpMemoryOf(), Serve()];

    private static Option<FileInfo> Daemon() => new("--daemon") { Description = "The policydaemon program.", Required = true };

    private static Command Hold()
    {
        Argument<string> endpoint = new("endpoint") { Description = "unix:/path or inet:address:port" };
        Option<int> held = new("--connections") { Description = "Connections at once.", DefaultValueFactory = _ => 1000 };
        Option<long> requests = new("--requests") { Description = "Requests over all of them.", DefaultValueFactory = _ => 200_000 };
        Option<int?> pid = new("--pid") { Description = "The server's process, to watch its memory and descriptors." };
        Command hold = new("hold", "Holds connections open and asks over all of them; exit code 1 when one fails.") { endpoint, held, requests, pid };
        hold.SetAction(arguments => HoldAsync(
            new HoldOpen(Parse(arguments.GetValue(endpoint)!), arguments.GetValue(held), arguments.GetValue(requests)), arguments.GetValue(pid)));
        return hold;
    }

    private static Command View()
    {
        Option<int[]> sizes = new("--accounts") { Description = "Sizes of the directory.", DefaultValueFactory = _ => [10_000, 100_000, 1_000_000], AllowMultipleArgumentsPerToken = true };
        Command view = new("view", "Measures the view of a directory that is followed: memory, answers, changes, the saved view.") { sizes };
        view.SetAction(arguments => MeasureView(arguments.GetValue(sizes)!));
        return view;
    }

    private static Command Toggle()
    {
        var daemon = Daemon();
        Option<int> toggles = new("--toggles") { Description = "People whose sending is stopped.", DefaultValueFactory = _ => 1000 };
        Option<int> perSecond = new("--rate") { Description = "Requests per second.", DefaultValueFactory = _ => 2000 };
        Command toggle = new("toggle", "Measures how fast a change in LDAP is in force, under load; starts a private slapd, so needs root and the test packages.") { daemon, toggles, perSecond };
        toggle.SetAction(arguments => ToggleBench.RunAsync(arguments.GetValue(daemon)!.FullName, arguments.GetValue(toggles), arguments.GetValue(perSecond)));
        return toggle;
    }

    private static Command Ledger()
    {
        Option<int[]> sessions = new("--sessions") { Description = "Sessions that deliver at once.", DefaultValueFactory = _ => [1, 8, 64], AllowMultipleArgumentsPerToken = true };
        Option<double> seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 3 };
        Option<DirectoryInfo> parent = new("--directory") { Description = "On whose disk.", DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()) };
        Command ledger = new("ledger", "Measures what it costs to have a delivery on disk before it is acknowledged.") { sessions, seconds, parent };
        ledger.SetAction(arguments => LedgerBench.RunAsync(
            arguments.GetValue(parent)!.FullName, arguments.GetValue(sessions)!, TimeSpan.FromSeconds(arguments.GetValue(seconds))));
        return ledger;
    }

    private static Command LmtpMemoryOf()
    {
        var daemon = Daemon();
        Option<int> sessions = new("--sessions") { Description = "LMTP sessions at once.", DefaultValueFactory = _ => 200 };
        Option<int> megabytes = new("--megabytes") { Description = "Size of each of their messages.", DefaultValueFactory = _ => 100 };
        Command memory = new("lmtp-memory", "Measures what the daemon has in memory while large messages pass, and many at once; needs root.") { daemon, sessions, megabytes };
        memory.SetAction(arguments => new LmtpMemory(arguments.GetValue(daemon)!.FullName, arguments.GetValue(sessions), arguments.GetValue(megabytes)).RunAsync());
        return memory;
    }

    private static Command Serve()
    {
        Argument<string> kind = new("kind");
        Argument<string> unix = new("unix");
        Argument<string> tcp = new("tcp");
        Command serve = new("serve", "What the daemon is compared with, as a process of its own.") { kind, unix, tcp };
        serve.Hidden = true;
        serve.SetAction(arguments => HandlerServers.RunAsync(arguments.GetValue(kind)!, arguments.GetValue(unix)!, IPEndPoint.Parse(arguments.GetValue(tcp)!)));
        return serve;
    }

    private static async Task<int> HoldAsync(HoldOpen hold, int? processId)
    {
        var report = await hold.RunAsync(processId);
        Console.WriteLine($"{report.Answered} requests over {report.Connections} connections in {report.Elapsed.TotalSeconds:F1} s, {report.Answered / report.Elapsed.TotalSeconds:F0}/s");
        foreach (var sample in report.Samples) Console.WriteLine($"{sample.ResidentBytes >> 20,6} MiB {sample.Descriptors,6} descriptors {sample.Cpu.TotalSeconds,8:F2} s CPU");
        foreach (var error in report.Errors) Console.WriteLine(error);
        return report.ErrorCount == 0 ? 0 : 1;
    }

    private static void MeasureView(IEnumerable<int> sizes)
    {
        var folder = Directory.CreateTempSubdirectory("policydaemon-bench-").FullName;
        try
        {
            new ViewBench(folder).Print(sizes, Console.Out);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EndPoint Parse(string endpoint) => endpoint.StartsWith("unix:", StringComparison.Ordinal)
        ? new UnixDomainSocketEndPoint(endpoint["unix:".Length..])
        : IPEndPoint.Parse(endpoint.StartsWith("inet:", StringComparison.Ordinal) ? endpoint["inet:".Length..] : endpoint);
}
