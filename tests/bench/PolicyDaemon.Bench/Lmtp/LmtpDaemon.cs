using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.Bench.Auth;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.Bench.Lmtp;

/// <summary>The real daemon before a mail store, with its rules about recipients, its ledger and its log as they are by default.</summary>
internal static class LmtpDaemon
{
    /// <param name="program">The <c>policydaemon</c> program.</param>
    /// <param name="name">A single word: of the process and its directory.</param>
    public static async Task<(DaemonProcess Process, EndPoint Endpoint)> StartAsync(MailStackRoot root, string program, string name, string backend, AuthPeople people)
    {
        var socket = root.PathOf(name, "lmtp.sock");
        JsonObject configuration = new()
        {
            ["node"] = name,
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{root.PathOf(name, "policy.sock")}"),
                ["lmtp"] = new JsonArray($"unix:{socket}"),
                ["admin"] = $"unix:{root.PathOf(name, "admin.sock")}",
            },
            ["lmtp"] = new JsonObject { ["backends"] = new JsonArray($"unix:{backend}") },
            ["directory"] = new JsonObject
            {
                ["domains"] = new JsonArray(TruenorthDirectory.Domain),
                ["sqlite"] = new JsonObject { ["path"] = await people.WriteDatabaseAsync(root, name) },
            },
            ["checks"] = new JsonObject { ["recipientExistence"] = new JsonObject { ["mode"] = "enforce" } },
        };
        return (await DaemonProcess.StartAsync(root, configuration.ToJsonString(), new DaemonOptions { Name = name, Program = program }), new UnixDomainSocketEndPoint(socket));
    }
}
