using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.IntegrationTests.Support.Secrecy;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>slapd and PostgreSQL are stopped and passwords are guessed: people are told, and told again when it is over.</summary>
public sealed class ToldOutageTests : StackTests
{
    private readonly ConcurrentQueue<JsonElement> told = new();
    private string after = "1h";
    private HttpStub webhook = null!;
    private SlapdServer slapd = null!;
    private StoreCluster cluster = null!;
    private DaemonProcess daemon = null!;

    protected override async ValueTask PrepareAsync()
    {
        webhook = new HttpStub(IPAddress.Loopback, Hear);
        slapd = await SlapdServer.StartAsync(Root);
        cluster = await StoreCluster.PrepareAsync(Root, configure: configuration =>
        {
            configuration["directory"]!["ldap"] = LdapSection.For(Root, [slapd.Url]);
            configuration["listen"]!["sasl"] = new JsonArray($"unix:{Sasl}");
            configuration["guard"] = new JsonObject { ["distinctPasswords"] = 2 };
            configuration["notify"] = new JsonObject { ["webhook"] = $"http://{webhook.Endpoint}/", ["after"] = after, ["guardLocks"] = 2 };
        });
        daemon = await cluster.AddAsync("mx1");
        await daemon.WaitUntilFollowsAsync(slapd);
    }

    protected override async ValueTask ReleaseAsync() => await webhook.DisposeAsync();

    [Fact]
    public async Task Directory_and_store_that_stop_are_told_once_each_and_so_is_their_return()
    {
        // Not while the daemon starts: a busy machine takes its time.
        after = "1s";
        daemon.Reload(cluster.ConfigurationOf("mx1").ToJsonString());
        await daemon.Log.WaitForAsync("configuration_reloaded");

        await slapd.StopAsync();
        await WaitForAsync("directory", "ldap", "warning");
        await cluster.Primary.StopAsync();
        JsonElement store = await WaitForAsync("store", "store", "warning", "critical");
        Assert.StartsWith("the store is lost: ", store.GetProperty("subject").GetString(), StringComparison.Ordinal);

        await slapd.StartAsync();
        await WaitForAsync("directory", "ldap", "normal");
        await cluster.Primary.StartAsync();
        await WaitForAsync("store", "store", "normal");
        Assert.Single(told, notice => Is(notice, "directory", "ldap", ["warning"]));
        Assert.All(told, notice => Assert.Equal("mx1", notice.GetProperty("node").GetString()));
    }

    [Fact]
    public async Task Storm_of_guesses_is_told()
    {
        UnixDomainSocketEndPoint sasl = new(Sasl);
        foreach (string guess in (string[])["guess1", "guess2", "guess3"]) await RawLogin.LogInAsync(sasl, StoreCluster.Alice, guess, client: "198.51.100.66");

        JsonElement notice = await WaitForAsync("guardStorm", "guard", "warning");
        Assert.Contains("2 logins and client networks locked within 10m", notice.GetProperty("seen").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("guess1", notice.GetRawText(), StringComparison.Ordinal);
    }

    private string Sasl => Root.PathOf("mx1", "sasl.sock");

    private (int Status, string Body) Hear(string request)
    {
        told.Enqueue(JsonDocument.Parse(request[request.IndexOf('{', StringComparison.Ordinal)..]).RootElement.Clone());
        return (204, "");
    }

    private async Task<JsonElement> WaitForAsync(string kind, string subject, params string[] levels)
    {
        await Wait.UntilAsync(() => told.Any(notice => Is(notice, kind, subject, levels)), $"people are told of {kind} {subject}", details: () => daemon.Log.Tail());
        return told.First(notice => Is(notice, kind, subject, levels));
    }

    private static bool Is(JsonElement notice, string kind, string subject, string[] levels) =>
        notice.GetProperty("event").GetString() == kind && notice.TryGetProperty("source", out JsonElement source) && source.GetString() == subject && levels.Contains(notice.GetProperty("level").GetString());
}
