using System.Net.Sockets;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Backends.PostgreSql;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Postgres;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>The shipped alert rules fire on what a whole daemon shows while its servers fail, and are silent on what it shows before.</summary>
public sealed class AlertTests : StackTests, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient client = new();
    private readonly RecordedMetrics record = new();
    private TemporaryFileSystem disk = null!;
    private PostgresServer postgres = null!;
    private SlapdServer slapd = null!;
    private DaemonProcess daemon = null!;
    private Uri page = null!;

    private UnixDomainSocketEndPoint Policy => new(Root.PathOf("policydaemon", "policy.sock"));

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    protected override async ValueTask PrepareAsync()
    {
        disk = await TemporaryFileSystem.MountAsync(Root.PathOf("mailstore"), 1024);
        postgres = await PostgresServer.StartAsync(Root);
        slapd = await SlapdServer.StartAsync(Root);
        int port = Root.FreePort();
        page = new Uri($"http://{Root.Address}:{port}/metrics");
        JsonObject store = PostgresSetup.SectionOf(Root, await postgres.CreateMigratedAsync());
        store["mailboxes"] = false;
        JsonObject ldap = LdapSection.For(Root, [slapd.Url]);
        
        // The shortest that there is: the test waits for it.
        ldap["staleFor"] = "20s";
        daemon = await DaemonProcess.StartAsync(Root, new JsonObject
        {
            ["listen"] = new JsonObject
            {
                ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"),
                ["http"] = new JsonArray($"inet:{Root.Address}:{port}"),
                ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
            },
            ["directory"] = new JsonObject { ["domains"] = new JsonArray(TruenorthDirectory.Domain), ["ldap"] = ldap, ["postgres"] = store },
            ["store"] = "postgres",
            ["cluster"] = new JsonObject { ["nodes"] = 2 },
            ["limits"] = new JsonArray(new JsonObject { ["name"] = "login-hour", ["key"] = "login", ["unit"] = "recipients", ["limit"] = 1000, ["per"] = "1h" }),
            ["watch"] = new JsonObject { ["mailStore"] = disk.Directory, ["queueDirectory"] = disk.Directory, ["interval"] = "1s" },
            ["peers"] = new JsonObject { ["keptFor"] = "1s" },
        }.ToJsonString());
    }

    protected override async ValueTask ReleaseAsync() => await disk.DisposeAsync();

    [Fact]
    public async Task Rules_fire_on_recorded_failures_and_on_nothing_else()
    {
        await RecordAsync(8, "policydaemon_part_level{part=\"store\"} 0", "policydaemon_ldap_connected{source=\"ldap\"} 1", "policydaemon_ldap_stale{source=\"ldap\"} 0",
            "policydaemon_store_listening 1", "policydaemon_watch_level{subject=\"mail_store\"} 0", "policydaemon_peer_level{peer=\"ldap\"} 0", "policydaemon_peer_level{peer=\"database\"} 0");

        disk.Fill(1000);
        await Task.WhenAll(slapd.StopAsync(), postgres.StopAsync());
        await RecordAsync(12, "policydaemon_part_level{part=\"store\"} 1", "policydaemon_ldap_stale{source=\"ldap\"} 1", "policydaemon_store_away 1",
            "policydaemon_watch_level{subject=\"mail_store\"} 2", "policydaemon_peer_level{peer=\"ldap\"} 2", "policydaemon_peer_level{peer=\"database\"} 2");

        await daemon.StopAsync();
        for (int i = 0; i < 10; i++) record.Add(null);

        string test = Root.WriteFile("recorded.test.yml", record.ToTest(
            Promtool.Rules,
            (7, []),
            (19,
            [
                "CannotDecide", "DecidesFromMemory", "DirectoryStale", "DirectoryNotFollowed", "StoreLost", "StoreNotHeard", "DiskCritical", "UnavailableAnswers", "PeerDown",
            ]),
            (29, ["Down"])));
        await Promtool.RunAsync("test", "rules", test);
    }

    /// <summary>Waits until all of these are on the page, then takes it so many times, with a question of Postfix's before each.</summary>
    private async Task RecordAsync(int times, params string[] lines)
    {
        string text = "";
        await Wait.UntilAsync(
            async () => lines.All((text = await client.GetStringAsync(page, TestToken)).Contains),
            $"the metrics have {string.Join(" and ", lines)}",
            Patience,
            details: () => text);
        for (int i = 0; i < times; i++)
        {
            await PolicyClient.AskAsync(Policy, "alice");
            record.Add(await client.GetStringAsync(page, TestToken));
        }
    }
}
