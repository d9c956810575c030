using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Dovecot;
using PolicyDaemon.MailStack.Postfix;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary><c>/health/…</c> of real servers that are well, hang, are well again, and are gone.</summary>
public sealed class PeerHealthTests : StackTests, IDisposable
{
    private static readonly string[] Names = ["smtp", "imap", "lmtp", "database", "ldap", "webmail"];

    private readonly HttpClient client = new();
    private PostfixServer postfix = null!;
    private DovecotServer dovecot = null!;
    private PostgresServer postgres = null!;
    private SlapdServer slapd = null!;
    private WebServer web = null!;
    private Uri address = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    protected override async ValueTask PrepareAsync()
    {
        postgres = await PostgresServer.StartAsync(Root, new() { HasTls = true });
        slapd = await SlapdServer.StartAsync(Root);
        dovecot = await DovecotServer.StartAsync(Root);
        postfix = await PostfixServer.StartAsync(Root);
        web = await WebServer.StartAsync(Root);
        int port = Root.FreePort();
        address = new Uri($"http://{Root.Address}:{port}/");
        JsonObject configuration = new()
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"),
                ["http"] = new JsonArray($"inet:{Root.Address}:{port}"),
                ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject
            {
                ["domains"] = new JsonArray(TruenorthDirectory.Domain),
                ["ldap"] = LdapSection.For(Root, [slapd.Url], LdapSection.Lookup),
                ["postgres"] = PostgresSetup.SectionOf(Root, await postgres.CreateMigratedAsync()),
            },
            ["store"] = $"sqlite:{Root.PathOf("policydaemon", "policydaemon.db")}",
            ["peers"] = new JsonObject
            {
                ["smtp"] = $"inet:{postfix.EndpointOf("smtp")}",
                ["imap"] = $"inet:{dovecot.ImapEndpoint}",
                ["lmtp"] = $"unix:{dovecot.LmtpSocket}",
                ["webmail"] = $"{web.Page}",
                ["timeout"] = "3s",
                ["keptFor"] = "1s",
            },
        };
        await DaemonProcess.StartAsync(Root, configuration.ToJsonString());
    }

    [Fact]
    public async Task Each_is_well_or_hangs_or_is_gone_as_the_server_is()
    {
        JsonObject[] well = await UntilAsync(HttpStatusCode.OK);
        Assert.All(well, report => Assert.Equal(29, (int?)report["certificateDays"]));
        Assert.All(well, report => Assert.Equal((string?)report["name"] == "webmail" ? "degraded" : "ok", (string?)report["state"]));

        Hang();
        JsonObject[] hung = await UntilAsync(HttpStatusCode.ServiceUnavailable);
        Assert.All(hung, report => Assert.Matches("no answer (within [0-9.]+ s|in time)$", (string?)report["cause"]));

        GoOn();
        await UntilAsync(HttpStatusCode.OK);

        await Task.WhenAll(postgres.StopAsync(), slapd.StopAsync(), dovecot.StopAsync(), postfix.StopAsync(), web.StopAsync());
        JsonObject[] gone = await UntilAsync(HttpStatusCode.ServiceUnavailable);
        Assert.All(gone, report => Assert.Matches("refused|No such file", (string?)report["cause"]));

        await AssertMeasuredAsync();
    }

    private void Hang()
    {
        postfix.Pause();
        dovecot.Pause();
        postgres.Pause();
        slapd.Pause();
        web.Pause();
    }

    private void GoOn()
    {
        postfix.Resume();
        dovecot.Resume();
        postgres.Resume();
        slapd.Resume();
        web.Resume();
    }

    /// <summary>Asks for each until it is answered so, all at the same time.</summary>
    private async Task<JsonObject[]> UntilAsync(HttpStatusCode expected) => await Task.WhenAll(Names.Select(async name =>
    {
        string last = "";
        await Wait.UntilAsync(
            async () =>
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri(address, $"health/{name}"), TestToken);
                last = await response.Content.ReadAsStringAsync(TestToken);
                return response.StatusCode == expected;
            },
            $"/health/{name} is answered {expected}",
            details: () => last);
        return JsonNode.Parse(last)!.AsObject();
    }));

    private async Task AssertMeasuredAsync()
    {
        string page = await client.GetStringAsync(new Uri(address, "metrics"), TestToken);
        Assert.All(Names, name => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\npolicydaemon_peer_level{{peer=\"{name}\"}} 2\n"), page, StringComparison.Ordinal));
    }
}
