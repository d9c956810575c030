using System.Globalization;
using System.Net;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.Bench.Parts;

/// <summary>The policy servers that Debian packages, each with one rule that fits: over TCP, which all of them have.</summary>
internal sealed class PolicyPeers : IDisposable
{
    private readonly List<int> daemons = [];

    /// <summary>At most so many connections can postfwd serve: it has a process for each.</summary>
    public const int MostOfPostfwd = 32;

    public async Task<IReadOnlyList<Subject>> StartAsync(MailStackRoot root) =>
    [
        await StartAsync(root, "postgrey", endpoint =>
        [
            "/usr/sbin/postgrey", $"--inet={endpoint}", $"--dbdir={Own(root, "postgrey-data")}", "--user=root", "--group=root", "--delay=1", $"--pidfile={root.PathOf("postgrey.pid")}",
        ]),
        await StartAsync(root, "policyd-rate-limit", endpoint => ["/usr/bin/policyd-rate-limit", "--file", root.WriteFile("rate-limit.yaml", RateLimit(root, endpoint))]),
        await StartPostfwdAsync(root),
    ];

    /// <summary>What has left the root's care.</summary>
    public void Dispose()
    {
        foreach (var daemon in daemons) _ = Libc.Kill(daemon, Libc.Terminate);
    }

    /// <summary>In the foreground it would not count: rate() needs its second process.</summary>
    private async Task<Subject> StartPostfwdAsync(MailStackRoot root)
    {
        IPEndPoint endpoint = new(root.Address, root.FreePort());
        var pidFile = root.PathOf("postfwd.pid");
        await Command.RunAsync("/usr/sbin/postfwd2",
        [
            "--daemon", "-i", endpoint.Address.ToString(), "-p", $"{endpoint.Port}", "-u", "root", "-g", "root", "--no-rulestats", "--pidfile", pidFile,
            "--min_servers", $"{MostOfPostfwd}", "--max_servers", $"{2 * MostOfPostfwd}", "--cache_proto", "unix", "--cache_port", root.PathOf("postfwd.cache"),
            "-r", "id=hour; sasl_username=~/./; action=rate(sasl_username/1000000000/3600/450 4.7.1 later)",
        ]);
        await Wait.UntilAsync(() => Wait.AcceptsAsync(endpoint), "postfwd is ready");
        var id = int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture);
        daemons.Add(id);
        return new("postfwd", Role.Peer, id, new Dictionary<string, EndPoint>(StringComparer.Ordinal) { ["tcp"] = endpoint });
    }

    private static async Task<Subject> StartAsync(MailStackRoot root, string name, Func<IPEndPoint, IEnumerable<string>> command)
    {
        IPEndPoint endpoint = new(root.Address, root.FreePort());
        var id = await root.StartServerAsync(name, command(endpoint), endpoint);
        return new(name, Role.Peer, id, new Dictionary<string, EndPoint>(StringComparer.Ordinal) { ["tcp"] = endpoint });
    }

    private static string Own(MailStackRoot root, string name) => Directory.CreateDirectory(root.PathOf(name)).FullName;

    private static string RateLimit(MailStackRoot root, IPEndPoint endpoint) => $$"""
        debug: False
        user: "root"
        group: "root"
        pidfile: "{{root.PathOf("rate-limit.pid")}}"
        sqlite_config:
            database: "{{root.PathOf("rate-limit.db")}}"
        backend: 0
        SOCKET: ["{{endpoint.Address}}", {{endpoint.Port}}]
        limits:
            - [1000000000, 3600]
        limits_by_id: {}
        limit_by_sasl: True
        limit_by_sender: False
        limit_by_ip: False
        limited_networks: []
        success_action: "dunno"
        fail_action: "defer_if_permit Rate limit reach, retry later"
        db_error_action: "dunno"
        report: False
        report_only_if_needed: True
        delay_to_close: 300

        """;
}
