using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack;

/// <summary>A small private web server with TLS: OpenSSL's own, which has one page.</summary>
public sealed class WebServer
{
    private readonly IPEndPoint endpoint;
    private ManagedProcess? process;

    private WebServer(IPEndPoint endpoint) => this.endpoint = endpoint;

    public Uri Page => new($"https://{endpoint}/");

    public static async Task<WebServer> StartAsync(MailStackRoot root)
    {
        WebServer server = new(new IPEndPoint(root.Address, root.FreePort()));
        string[] command =
        [
            "openssl", "s_server", "-quiet", "-www", "-accept", $"{server.endpoint}", "-cert", root.Certificates.ServerFile, "-key", root.Certificates.ServerKeyFile,
        ];
        server.process = root.Start("web", command);
        await server.process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(server.endpoint));
        return server;
    }

    public Task StopAsync() => process!.StopAsync();

    /// <summary>From now on connections are accepted (by the kernel) and nothing is answered: a hung server.</summary>
    public void Pause() => process!.Freeze();

    public void Resume() => process!.Thaw();
}
