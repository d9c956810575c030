using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using PolicyDaemon.Bench;
using PolicyDaemon.Bench.Auth;
using PolicyDaemon.Bench.Counters;
using PolicyDaemon.Bench.Lmtp;
using PolicyDaemon.Bench.Milter;

Option<FileInfo?> daemon = new("--daemon") { Description = "The policydaemon program; without it only the floor and the session are measured." };
Option<int> rounds = new("--rounds") { Description = "Rounds per server; odd, so that there is a middle one.", DefaultValueFactory = _ => 5 };
Option<double> seconds = new("--seconds") { Description = "Length of one round.", DefaultValueFactory = _ => 1 };
Option<int[]> connectionCounts = new("--connections")
{
    Description = "Connections at once.",
    DefaultValueFactory = _ => [1, 16, 100],
    AllowMultipleArgumentsPerToken = true,
};
RootCommand root = new("Measures policy requests against a handler that answers without thinking, and the view of a directory.") { daemon, rounds, seconds, connectionCounts };
root.SetAction(arguments => CompareAsync(
    arguments.GetValue(daemon)?.FullName,
    arguments.GetValue(rounds),
    TimeSpan.FromSeconds(arguments.GetValue(seconds)),
    arguments.GetValue(connectionCounts)!));

Argument<string> endpoint = new("endpoint") { Description = "unix:/path or inet:address:port" };
Option<int> held = new("--connections") { Description = "Connections at once.", DefaultValueFactory = _ => 1000 };
Option<long> requests = new("--requests") { Description = "Requests over all of them.", DefaultValueFactory = _ => 200_000 };
Option<int?> pid = new("--pid") { Description = "The server's process, to watch its memory and descriptors." };
Command hold = new("hold", "Holds connections open and asks over all of them; exit code 1 when one fails.") { endpoint, held, requests, pid };
hold.SetAction(arguments => HoldAsync(
    new HoldOpen(Parse(arguments.GetValue(endpoint)!), arguments.GetValue(held), arguments.GetValue(requests)), arguments.GetValue(pid)));
root.Add(hold);

Option<int[]> sizes = new("--accounts") { Description = "Sizes of the directory.", DefaultValueFactory = _ => [10_000, 100_000, 1_000_000], AllowMultipleArgumentsPerToken = true };
Command view = new("view", "Measures the view of a directory that is followed: memory, answers, changes, the saved view.") { sizes };
view.SetAction(arguments => MeasureView(arguments.GetValue(sizes)!));
root.Add(view);

Option<FileInfo> followed = new("--daemon") { Description = "The policydaemon program.", Required = true };
Option<int> toggles = new("--toggles") { Description = "People whose sending is stopped.", DefaultValueFactory = _ => 1000 };
Option<int> perSecond = new("--rate") { Description = "Requests per second.", DefaultValueFactory = _ => 2000 };
Command toggle = new("toggle", "Measures how fast a change in LDAP is in force, under load; starts a private slapd, so needs root and the test packages.")
{
    followed, toggles, perSecond,
};
toggle.SetAction(arguments => ToggleBench.RunAsync(
    arguments.GetValue(followed)!.FullName, arguments.GetValue(toggles), arguments.GetValue(perSecond)));
root.Add(toggle);

Option<int[]> deliverySessions = new("--sessions") { Description = "Sessions that deliver at once.", DefaultValueFactory = _ => [1, 8, 64], AllowMultipleArgumentsPerToken = true };
Option<double> deliverySeconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 3 };
Option<DirectoryInfo> journalParent = new("--directory") { Description = "On whose disk.", DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()) };
Command ledger = new("ledger", "Measures what it costs to have a delivery on disk before it is acknowledged.") { deliverySessions, deliverySeconds, journalParent };
ledger.SetAction(arguments => LedgerBench.RunAsync(
    arguments.GetValue(journalParent)!.FullName, arguments.GetValue(deliverySessions)!, TimeSpan.FromSeconds(arguments.GetValue(deliverySeconds))));
root.Add(ledger);

Option<int> countingRounds = new("--rounds") { Description = "Rounds; odd, so that there is a middle one.", DefaultValueFactory = _ => 3 };
Option<double> countingSeconds = new("--seconds") { Description = "Length of one round.", DefaultValueFactory = _ => 2 };
Option<double> patience = new("--patience") { Description = "Seconds to wait before each round, at most, until others use little of the machine." };
Option<bool[]> fsync = new("--fsync")
{
    Description = "Whether PostgreSQL waits for the disk.", DefaultValueFactory = _ => [false, true], AllowMultipleArgumentsPerToken = true,
};
Command counters = new("counters", "Measures charges to limits in PostgreSQL beside a bare upsert; starts a private server, so needs root and the test packages.")
{
    countingRounds, countingSeconds, patience, fsync,
};
counters.SetAction(arguments => new CountersBench(
    arguments.GetValue(countingRounds), TimeSpan.FromSeconds(arguments.GetValue(countingSeconds)), TimeSpan.FromSeconds(arguments.GetValue(patience)))
    .RunAsync(arguments.GetValue(fsync)!));
root.Add(counters);

Option<FileInfo> filtering = new("--daemon") { Description = "The policydaemon program.", Required = true };
Option<int> filteringRounds = new("--rounds") { Description = "Rounds; odd, so that there is a middle one.", DefaultValueFactory = _ => 3 };
Option<long> filtered = new("--messages") { Description = "Messages in one round.", DefaultValueFactory = _ => 20_000 };
Option<int[]> sessions = new("--connections") { Description = "SMTP sessions at once.", DefaultValueFactory = _ => [1, 16, 100], AllowMultipleArgumentsPerToken = true };
Command milter = new("milter", "Measures messages through the milter beside a C filter on libmilter that accepts everything; needs cc and libmilter-dev.")
{
    filtering, filteringRounds, filtered, sessions,
};
milter.SetAction(arguments => new MilterBench(
    arguments.GetValue(filtering)!.FullName, arguments.GetValue(filteringRounds), arguments.GetValue(filtered)).RunAsync(arguments.GetValue(sessions)!));
root.Add(milter);

Option<FileInfo> checking = new("--daemon") { Description = "The policydaemon program.", Required = true };
Option<double> loginSeconds = new("--seconds") { Description = "Length of one round.", DefaultValueFactory = _ => 1 };
Option<int> people = new("--people") { Description = "People with a SHA512-CRYPT hash; each logs in once.", DefaultValueFactory = _ => 12_000 };
Option<int[]> logins = new("--connections") { Description = "Connections at once.", DefaultValueFactory = _ => [1, 16, 100], AllowMultipleArgumentsPerToken = true };
Option<string[]> parts = new("--parts") { Description = "What is measured.", DefaultValueFactory = _ => AuthBench.Parts, AllowMultipleArgumentsPerToken = true };
parts.AcceptOnlyFromAmong(AuthBench.Parts);
Command auth = new("auth", "Measures logins beside Dovecot's own auth process; starts private servers, so needs root and the test packages.")
{
    checking, rounds, loginSeconds, patience, people, logins, parts,
};
auth.SetAction(arguments => new AuthBench(
    arguments.GetValue(checking)!.FullName,
    arguments.GetValue(rounds),
    TimeSpan.FromSeconds(arguments.GetValue(loginSeconds)),
    TimeSpan.FromSeconds(arguments.GetValue(patience)),
    arguments.GetValue(people),
    arguments.GetValue(logins)!,
    arguments.GetValue(parts)!).RunAsync());
root.Add(auth);

Option<FileInfo> delivering = new("--daemon") { Description = "The policydaemon program.", Required = true };
Option<double> deliveringSeconds = new("--seconds") { Description = "Length of one round.", DefaultValueFactory = _ => 3 };
Option<int> lmtpSessions = new("--sessions") { Description = "LMTP sessions at once.", DefaultValueFactory = _ => 16 };
Option<int> messageOctets = new("--octets") { Description = "Size of a message.", DefaultValueFactory = _ => 4096 };
Command lmtp = new("lmtp", "Measures messages to a private Dovecot through the daemon, through haproxy, and directly; needs root and the test packages.")
{
    delivering, rounds, deliveringSeconds, patience, lmtpSessions, messageOctets,
};
lmtp.SetAction(arguments => new LmtpBench(
    arguments.GetValue(delivering)!.FullName,
    arguments.GetValue(rounds),
    TimeSpan.FromSeconds(arguments.GetValue(deliveringSeconds)),
    TimeSpan.FromSeconds(arguments.GetValue(patience)),
    arguments.GetValue(lmtpSessions),
    arguments.GetValue(messageOctets)).RunAsync());
root.Add(lmtp);

Option<FileInfo> holding = new("--daemon") { Description = "The policydaemon program.", Required = true };
Option<int> largeSessions = new("--sessions") { Description = "LMTP sessions at once.", DefaultValueFactory = _ => 200 };
Option<int> megabytes = new("--megabytes") { Description = "Size of each of their messages.", DefaultValueFactory = _ => 100 };
Command memory = new("lmtp-memory", "Measures what the daemon has in memory while large messages pass, and many at once; needs root.") { holding, largeSessions, megabytes };
memory.SetAction(arguments => new LmtpMemory(
    arguments.GetValue(holding)!.FullName, arguments.GetValue(largeSessions), arguments.GetValue(megabytes)).RunAsync());
root.Add(memory);

Argument<string> kind = new("kind");
Argument<string> unix = new("unix");
Argument<string> tcp = new("tcp");
Command serve = new("serve", "What the daemon is compared with, as a process of its own.") { kind, unix, tcp };
serve.Hidden = true;
serve.SetAction(arguments => BenchServers.RunAsync(
    arguments.GetValue(kind)!, arguments.GetValue(unix)!, IPEndPoint.Parse(arguments.GetValue(tcp)!)));
root.Add(serve);

return await root.Parse(args).InvokeAsync();

static async Task CompareAsync(string? program, int rounds, TimeSpan roundTime, IEnumerable<int> connectionCounts)
{
    var folder = Directory.CreateTempSubdirectory("policydaemon-bench-").FullName;
    List<ServerProcess> servers = [];
    try
    {
        foreach (var kind in new[] { BenchServers.Floor, BenchServers.Session })
        {
            var endpoints = Endpoints(Path.Combine(folder, kind + ".sock"));
            servers.Add(await ServerProcess.StartAsync(
                kind, Environment.ProcessPath!, ["serve", kind, endpoints["unix"].ToString()!, endpoints["tcp"].ToString()!], endpoints));
        }

        if (program is not null) servers.Add(await new DaemonUnderTest(program, folder).StartAsync(Endpoints(Path.Combine(folder, "policy.sock"))));
        new Comparison(servers, rounds, roundTime).Print(connectionCounts, Console.Out);
    }
    finally
    {
        foreach (var server in servers) await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

static async Task<int> HoldAsync(HoldOpen hold, int? processId)
{
    var report = await hold.RunAsync(processId);
    Console.WriteLine($"{report.Answered} requests over {report.Connections} connections in {report.Elapsed.TotalSeconds:F1} s, {report.Answered / report.Elapsed.TotalSeconds:F0}/s");
    foreach (var sample in report.Samples) Console.WriteLine($"{sample.ResidentBytes >> 20,6} MiB {sample.Descriptors,6} descriptors {sample.Cpu.TotalSeconds,8:F2} s CPU");
    foreach (var error in report.Errors) Console.WriteLine(error);
    return report.ErrorCount == 0 ? 0 : 1;
}

static void MeasureView(IEnumerable<int> sizes)
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

static EndPoint Parse(string endpoint) => endpoint.StartsWith("unix:", StringComparison.Ordinal)
    ? new UnixDomainSocketEndPoint(endpoint["unix:".Length..])
    : IPEndPoint.Parse(endpoint.StartsWith("inet:", StringComparison.Ordinal) ? endpoint["inet:".Length..] : endpoint);

// A free port of the moment: the server that it is for opens it next.
static Dictionary<string, EndPoint> Endpoints(string unixPath)
{
    using Socket free = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    return new() { ["unix"] = new UnixDomainSocketEndPoint(unixPath), ["tcp"] = free.LocalEndPoint! };
}
