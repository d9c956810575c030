using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PolicyDaemon.Admin;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Tests.Daemon.Admin;

/// <summary>A real Kestrel on a temporary unix socket (and, where asked for, a TCP port) that serves the admin endpoints.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly DirectoryInfo? folder;

    private AdminServer(WebApplication app, string socketPath, DirectoryInfo? folder)
    {
        this.app = app;
        this.folder = folder;
        SocketPath = socketPath;
    }

    public string SocketPath { get; }

    public Uri TcpAddress => new(app.Urls.First(url => url.StartsWith("http://127", StringComparison.Ordinal)));

    /// <param name="socketPath">Null: in a folder of its own.</param>
    public static async Task<AdminServer> StartAsync(Func<string, IAdministration> administrationFor, string? socketPath = null)
    {
        DirectoryInfo? scratch = socketPath is null ? Directory.CreateTempSubdirectory("policydaemon-admin-") : null;
        string path = socketPath ?? Path.Combine(scratch!.FullName, "admin.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(path, endpoint => AdminListener.Configure(endpoint, DaemonLog.Silent));
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        WebApplication built = builder.Build();
        built.Run(new AdminEndpoints(administrationFor, DaemonLog.Silent).HandleAsync);
        await built.StartAsync();
        return new AdminServer(built, path, scratch);
    }

    public HttpClient CreateHttpClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, token) => await AdminClient.ConnectAsync(SocketPath, token),
    })
    {
        BaseAddress = new Uri("http://policydaemon/"),
    };

    public AdminClient CreateClient() => new(SocketPath, TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        folder?.Delete(recursive: true);
    }
}
