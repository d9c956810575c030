using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.Bench.Floor;
using PolicyDaemon.Bench.Measuring;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Parts;

/// <summary>The real daemon on all fronts, with the checks and the log as they are by default, recipients enforced, and a limit that nobody reaches.</summary>
internal sealed class DaemonUnderTest
{
    private readonly IReadOnlyDictionary<string, Dictionary<string, EndPoint>> fronts;

    private DaemonUnderTest(DaemonProcess process, IReadOnlyDictionary<string, Dictionary<string, EndPoint>> fronts, IPEndPoint http)
    {
        Process = process;
        this.fronts = fronts;
        Metrics = new Uri($"http://{http}/metrics");
    }

    public DaemonProcess Process { get; }

    public Uri Metrics { get; }

    /// <param name="program">The <c>policydaemon</c> program.</param>
    /// <param name="name">A single word: of the process and its directory.</param>
    /// <param name="directory">The section of a source, by its name.</param>
    /// <param name="mailStore">The LMTP socket behind it; null: it takes no mail.</param>
    /// <param name="configure">Changes the configuration before it is written.</param>
    public static async Task<DaemonUnderTest> StartAsync(
        MailStackRoot root, string program, string name, (string Name, JsonObject Section) directory, string? mailStore = null, Action<JsonObject>? configure = null)
    {
        string[] names = mailStore is null ? ["policy", "milter", "sasl"] : ["policy", "milter", "sasl", "lmtp"];
        var listening = names.ToDictionary(front => front, front => FloorServer.EndpointsOf(root, $"{name}-{front}"), StringComparer.Ordinal);
        IPEndPoint http = new(root.Address, root.FreePort());
        JsonObject configuration = new()
        {
            ["node"] = name,
            ["listen"] = Listen(root, name, listening, http),
            ["directory"] = new JsonObject { ["domains"] = new JsonArray(TruenorthDirectory.Domain), [directory.Name] = directory.Section },
            ["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } },
            ["limits"] = new JsonArray(new JsonObject { ["name"] = "login-hour", ["key"] = "login", ["unit"] = "recipients", ["limit"] = 1_000_000_000, ["per"] = "1h" }),
        };
        if (mailStore is not null) configuration["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{mailStore}") };
        configure?.Invoke(configuration);
        return new(await DaemonProcess.StartAsync(root, configuration.ToJsonString(), new DaemonOptions { Name = name, Program = program }), listening, http);
    }

    /// <param name="front">The key of <c>listen</c>: <c>policy</c>, <c>milter</c>, <c>sasl</c> or <c>lmtp</c>.</param>
    public Subject On(string front, string title) => new(title, Role.Daemon, Process.Id, fronts[front], Metrics);

    private static JsonObject Listen(MailStackRoot root, string name, Dictionary<string, Dictionary<string, EndPoint>> listening, IPEndPoint http)
    {
        JsonObject listen = new() { ["admin"] = $"unix:{root.PathOf(name + "-admin.sock")}", ["http"] = new JsonArray($"inet:{http}") };
        foreach (var (front, endpoints) in listening) listen[front] = new JsonArray($"unix:{endpoints["unix"]}", $"inet:{endpoints["tcp"]}");
        return listen;
    }
}
