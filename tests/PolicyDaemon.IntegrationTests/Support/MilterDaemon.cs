using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>The built daemon with its milter and the embedded directory, where alice and bob are: for peers that are no Postfix.</summary>
internal sealed class MilterDaemon
{
    private MilterDaemon(DaemonProcess process, UnixDomainSocketEndPoint endpoint)
    {
        Process = process;
        Endpoint = endpoint;
    }

    public DaemonProcess Process { get; }

    public UnixDomainSocketEndPoint Endpoint { get; }

    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    public static async Task<MilterDaemon> StartAsync(MailStackRoot root, Action<JsonObject>? configure = null)
    {
        UnixDomainSocketEndPoint endpoint = new(root.PathOf("policydaemon", "milter.sock"));
        JsonObject configuration = new()
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray(),
                ["milter"] = new JsonArray($"unix:{endpoint}"),
                ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject { ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") } },
            ["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } },
        };
        configure?.Invoke(configuration);
        DaemonProcess daemon = await DaemonProcess.StartAsync(root, configuration.ToJsonString());
        (await daemon.RunAsync(["domain", "add", Domain])).EnsureSuccess();
        foreach (string login in (string[])["alice", "bob"])
            (await daemon.RunAsync(["account", "add", AddressOf(login)], $"{PasswordOf(login)}\n")).EnsureSuccess();
        return new(daemon, endpoint);
    }
}
