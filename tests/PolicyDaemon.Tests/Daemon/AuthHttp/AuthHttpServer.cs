using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PolicyDaemon.AuthHttp;
using PolicyDaemon.Engine.Authentication;
using PolicyDaemon.Engine.Guessing;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Telemetry;
using PolicyDaemon.Tests.Wire.DovecotAuth;

namespace PolicyDaemon.Tests.Daemon.AuthHttp;

/// <summary>A real Kestrel on loopback that serves the endpoints, with a stub behind them.</summary>
internal sealed class AuthHttpServer : IAsyncDisposable
{
    public const string Secret = "0123456789abcdef";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("policydaemon-authhttp-");
    private readonly DaemonMetrics metrics = new();
    private readonly LogLines lines = new();
    private WebApplication app = null!;

    private AuthHttpServer()
    {
    }

    public IReadOnlyList<string> Log => lines.Snapshot();

    /// <summary>What was asked, with the password in hexadecimal digits.</summary>
    public List<(AuthenticationRequest Request, string Password)> Asked { get; } = [];

    /// <summary>What is answered.</summary>
    public Func<AuthenticationRequest, AuthenticationAnswer> Answer { get; set; } = _ => AuthenticationAnswer.Accepted(Mail.Account("bob"));

    public IUserdb Userdb { get; set; } = new TestUserdb();

    public GuessingGuard Guard { get; } = new(() => new GuardRules(), TimeProvider.System);

    public Uri Address => new(app.Urls.Single());

    public static async Task<AuthHttpServer> StartAsync()
    {
        var server = new AuthHttpServer();
        await server.OpenAsync();
        return server;
    }

    /// <param name="secret">Null: none.</param>
    public HttpClient Client(string? secret = Secret)
    {
        HttpClient client = new() { BaseAddress = Address };
        if (secret is not null) client.DefaultRequestHeaders.Add("X-API-Key", secret);
        return client;
    }

    public Task<(int Status, string Body)> PostAsync(string path, string body, string type = "application/x-www-form-urlencoded") =>
        SendAsync(new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, type) });

    public async Task<(int Status, string Body)> SendAsync(HttpRequestMessage message, string? secret = Secret)
    {
        using var client = Client(secret);
        using var response = await client.SendAsync(message);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        lines.Dispose();
        metrics.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        var file = Path.Combine(folder.FullName, "secret");
        await File.WriteAllTextAsync(file, Secret + "\n");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, AuthHttpListener.Open(lines.Log, metrics)));
        app = builder.Build();
        var logins = new ReportedLogins(() => new TestDirectory(), Guard, new AuthenticationLog(lines.Log, metrics), TimeProvider.System);
        var endpoints = new AuthHttpEndpoints(SharedSecret.Read(file), AuthenticateAsync, () => Userdb, logins, lines.Log);
        app.Run(context => endpoints.HandleAsync(context, context.Features.Get<AuthHttpPeer>()!));
        await app.StartAsync();
    }

    private ValueTask<AuthenticationAnswer> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellationToken)
    {
        Asked.Add((request, Convert.ToHexString(request.Password.Octets)));
        return new(Answer(request));
    }
}
