using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.MailStack.Slapd;

namespace PolicyDaemon.MailStack.Daemon;

/// <summary>A slapd, a line to it that can be cut, and the daemon that follows it: for load and outages, where no mail has to flow.</summary>
/// <remarks>Nothing but the line is to be disposed: the rest ends with the root.</remarks>
public sealed class PolicedDirectory : IAsyncDisposable
{
    private PolicedDirectory(SlapdServer slapd, NetworkLink link, UnixDomainSocketEndPoint endpoint)
    {
        Slapd = slapd;
        Link = link;
        Endpoint = endpoint;
    }

    public SlapdServer Slapd { get; }

    public NetworkLink Link { get; }

    /// <summary>Where the daemon takes policy requests.</summary>
    public UnixDomainSocketEndPoint Endpoint { get; }

    public DaemonProcess Daemon { get; private set; } = null!;

    /// <param name="configure">Changes the daemon's configuration before it is written.</param>
    public static async Task<PolicedDirectory> StartAsync(
        MailStackRoot root, SlapdOptions? server = null, Action<JsonObject>? configure = null, DaemonOptions? daemon = null)
    {
        SlapdServer slapd = await SlapdServer.StartAsync(root, server);
        PolicedDirectory system = new(
            slapd, NetworkLink.Start(root, slapd.Endpoint), new UnixDomainSocketEndPoint(root.PathOf("policydaemon", "policy.sock")));
        JsonObject configuration = system.Configuration(root);
        configure?.Invoke(configuration);
        system.Daemon = await DaemonProcess.StartAsync(root, configuration.ToJsonString(), daemon);
        return system;
    }

    public ValueTask DisposeAsync() => Link.DisposeAsync();

    private JsonObject Configuration(MailStackRoot root) => new()
    {
        ["node"] = "mx1",
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Endpoint}"),
            ["admin"] = $"unix:{root.PathOf("policydaemon", "admin.sock")}",
        },
        ["directory"] = new JsonObject
        {
            ["domains"] = new JsonArray(TruenorthDirectory.Domain),
            ["ldap"] = LdapSection.For(root, [$"ldap://{Link.Endpoint}"]),
            ["sqlite"] = new JsonObject { ["path"] = root.PathOf("policydaemon", "policydaemon.db") },
        },
    };
}
