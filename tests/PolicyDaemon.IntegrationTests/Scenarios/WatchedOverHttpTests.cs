using System.Net;
using System.Net.Sockets;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>Who watches a whole daemon over <c>listen.http</c> sees what it does and how it is.</summary>
public sealed class WatchedOverHttpTests : StackTests, IDisposable
{
    private readonly HttpClient client = new();
    private SlapdServer slapd = null!;
    private Uri address = null!;

    private UnixDomainSocketEndPoint Policy => new(Root.PathOf("policydaemon", "policy.sock"));

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    protected override async ValueTask PrepareAsync()
    {
        slapd = await SlapdServer.StartAsync(Root);
        string password = Root.WriteFile("ldap.password", TruenorthDirectory.ServicePassword);
        int port = Root.FreePort();
        address = new Uri($"http://{Root.Address}:{port}/");
        await DaemonProcess.StartAsync(
            Root,
            $$"""
            {
              "listen": {
                "policy": ["unix:{{Root.PathOf("policydaemon", "policy.sock")}}"],
                "http": ["inet:{{Root.Address}}:{{port}}"],
                "admin": "unix:{{Root.PathOf("policydaemon", "admin.sock")}}"
              },
              "directory": {
                "domains": ["truenorth.local"],
                "ldap": {
                  "urls": ["{{slapd.Url}}"], "startTls": true, "caFile": "{{Root.Certificates.AuthorityFile}}",
                  "bindDn": "{{TruenorthDirectory.ServiceDn}}", "bindPasswordFile": "{{password}}", "baseDn": "{{TruenorthDirectory.Suffix}}",
                  "mode": "lookup", "staleFor": "0s"
                }
              },
              "store": "sqlite:{{Root.PathOf("policydaemon", "policydaemon.db")}}"
            }
            """);
    }

    [Fact]
    public async Task Metrics_count_what_postfix_asked()
    {
        await PolicyClient.AskAsync(Policy, "alice");

        string page = await client.GetStringAsync(new Uri(address, "metrics"), TestToken);

        Assert.Contains("\npolicydaemon_decision_duration_seconds_count{front=\"policy\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("\npolicydaemon_connections{protocol=\"http\"} 1\n", page, StringComparison.Ordinal);
        Assert.Matches("\nprocess_resident_memory_bytes [1-9][0-9]{7,}\n", page);
        Assert.DoesNotContain("alice", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_ends_when_nothing_can_be_decided_and_comes_back_by_itself()
    {
        await WaitUntilReadyAsync();
        await slapd.StopAsync();
        await PolicyClient.AskAsync(Policy, "alice");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("health/live"));

        await slapd.StartAsync();
        await WaitUntilReadyAsync();
    }

    [Theory]
    [InlineData("GET", "nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "v1/status", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "metrics", HttpStatusCode.OK)]
    [InlineData("GET", "health/smtp", HttpStatusCode.NotFound, "peers.smtp is not set: there is nobody to ask\n")]
    [InlineData("GET", "health/database", HttpStatusCode.NotFound, "directory.postgres is not set: there is nobody to ask\n")]
    public async Task What_is_not_there_is_said(string method, string path, HttpStatusCode expected, string? text = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(address, path));

        using HttpResponseMessage response = await client.SendAsync(request, TestToken);

        Assert.Equal(expected, response.StatusCode);
        if (text is not null) Assert.Equal(text, await response.Content.ReadAsStringAsync(TestToken));
    }

    /// <summary>What is asked is what tells how the directory is.</summary>
    private Task WaitUntilReadyAsync() => Wait.UntilAsync(
        async () =>
        {
            await PolicyClient.AskAsync(Policy, "alice");
            return await StatusAsync("health/ready") == HttpStatusCode.OK;
        },
        "the daemon is ready");

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(address, path), TestToken);
        return response.StatusCode;
    }
}
