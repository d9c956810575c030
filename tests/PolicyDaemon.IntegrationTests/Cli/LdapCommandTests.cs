using System.Text.Json;
using System.Text.Json.Nodes;
using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack.Daemon;
using PolicyDaemon.MailStack.Processes;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Cli;

/// <summary>What an administrator sees and does beside a daemon that follows a real slapd.</summary>
public sealed class LdapCommandTests : StackTests
{
    private static readonly string[] AskAlice = ["ask", "--login", "alice", "--sender", "alice@truenorth.local", "--recipient", "bob@example.net"];

    private SlapdServer slapd = null!;
    private DaemonProcess daemon = null!;

    protected override async ValueTask PrepareAsync()
    {
        string crowd = string.Join('\n', Enumerable.Range(0, 50).Select(i => Person($"p{i}")));
        slapd = await SlapdServer.StartAsync(Root, new() { Seed = Ldif + "\n" + crowd });
        daemon = await DaemonProcess.StartAsync(Root, Configuration());
        await UntilFollowedAsync();
    }

    [Fact]
    public async Task Outage_is_in_status_ask_lookup_and_log_while_mail_goes_on_and_so_is_its_end()
    {
        await slapd.KillAsync();
        await Wait.UntilAsync(async () => (await daemon.RunAsync(["status"])).ExitCode == 1, "the outage is in the status");

        CommandResult status = await daemon.RunAsync(["status"]);
        Assert.Contains($"\nldap  disconnected  {slapd.Url}\n", status.Output, StringComparison.Ordinal);
        Assert.Contains("  answers      from memory\n", status.Output, StringComparison.Ordinal);
        CommandResult ask = await daemon.RunAsync(AskAlice);
        Assert.Equal(0, ask.ExitCode);
        Assert.Matches($@"  away +ldap since \S+ \S+: .*{slapd.Url}.*; answered from memory, .* old, for another .* h", ask.Output);
        Assert.Matches(@"fact  login alice .* ldap uid=alice,ou=people,dc=truenorth,dc=local.*, .* old", ask.Output);
        Assert.Equal(0, (await daemon.RunAsync(["lookup", "account", "alice"])).ExitCode);
        string line = await daemon.Log.WaitForAsync("ldap_interrupted");
        Assert.Contains("effect=\"mail goes on by the 59 accounts in memory until ", line, StringComparison.Ordinal);

        await slapd.StartAsync();
        await UntilFollowedAsync();
        Assert.DoesNotContain("away", (await daemon.RunAsync(AskAlice)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.RunAsync(["status"])).ExitCode);
    }

    [Fact]
    public async Task Mass_deletion_is_withheld_until_an_administrator_accepts_it_by_name()
    {
        await slapd.RestoreAsync(Ldif);
        await Wait.UntilAsync(async () => await ReadAsync("withheld") == 50, "the deleted accounts are withheld", details: () => daemon.Log.Tail(20));
        Assert.Equal(1, (await daemon.RunAsync(["ldap", "show"])).ExitCode);
        Assert.Equal(0, (await daemon.RunAsync(["lookup", "account", "p7"])).ExitCode);

        CommandResult refused = await daemon.RunAsync(["ldap", "accept"]);
        Assert.Equal((2, "policydaemon: nobody is there to be asked whether this is meant: say --yes\n"), (refused.ExitCode, refused.Error));
        CommandResult accepted = await daemon.RunAsync(["ldap", "accept", "--yes"]);

        Assert.Equal((0, $"what {slapd.Url} has counts: 9 accounts, where there were 59\n"), (accepted.ExitCode, accepted.Output));
        await daemon.Log.WaitForAsync("ldap_accepted source=ldap author=root");
        Assert.Equal(1, (await daemon.RunAsync(["lookup", "account", "p7"])).ExitCode);
        Assert.Equal(0, (await daemon.RunAsync(["ldap", "show"])).ExitCode);
    }

    [Fact]
    public async Task Command_in_its_own_process_asks_the_server_and_leaves_the_saved_view_alone()
    {
        await daemon.StopAsync();
        string view = Root.PathOf("policydaemon", "ldap.view");
        DateTime saved = File.GetLastWriteTimeUtc(view);
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(view));

        CommandResult ask = await daemon.RunAsync(AskAlice);

        Assert.Equal(0, ask.ExitCode);
        Assert.Contains($"ldap {DnOf("alice")} at {slapd.Url}, current", ask.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("1.3.6.1.4.1.4203.1.9.1.1", slapd.Log.ReadFrom(slapd.Log.Length / 2), StringComparison.Ordinal);
        Assert.Equal(saved, File.GetLastWriteTimeUtc(view));
        Assert.Equal(2, (await daemon.RunAsync(["ldap", "show"])).ExitCode);
    }

    [Fact]
    public async Task Daemon_that_starts_while_the_server_is_down_goes_on_from_the_saved_view()
    {
        await daemon.StopAsync();
        await slapd.StopAsync();
        long before = daemon.Log.Length;

        await daemon.StartAsync();

        CommandResult ask = await daemon.RunAsync(AskAlice);
        Assert.True(ask.ExitCode == 0, ask.Output + ask.Error);
        await daemon.Log.WaitForAsync("from=file", before);
        await Wait.UntilAsync(async () => (await daemon.RunAsync(["status"])).ExitCode == 1, "the outage is in the status");
    }

    [Fact]
    public async Task Reload_with_another_filter_follows_anew_and_one_without_a_change_keeps_what_is_followed()
    {
        long before = daemon.Log.Length;
        daemon.Reload(Configuration());
        await daemon.Log.WaitForAsync("configuration_reloaded", before);
        Assert.Equal(59, await ReadAsync("entries"));
        Assert.DoesNotContain("ldap_refreshed", daemon.Log.ReadFrom(before), StringComparison.Ordinal);

        daemon.Reload(Configuration("(!(uid=p*))"));
        await daemon.Log.WaitForAsync("ldap_refreshed", before);
        await Wait.UntilAsync(async () => await ReadAsync("entries") == 9, "the new filter is in force");
        Assert.Equal(1, (await daemon.RunAsync(["lookup", "account", "p7"])).ExitCode);
        Assert.Equal(0, (await daemon.RunAsync(AskAlice)).ExitCode);
    }

    [Fact]
    public async Task Server_that_cannot_be_followed_is_asked_and_that_is_said()
    {
        await daemon.StopAsync();
        File.Delete(Root.PathOf("policydaemon", "ldap.view"));
        await slapd.RestartAsync(options => options with { HasSyncProvider = false });
        long before = daemon.Log.Length;
        await daemon.StartAsync();

        await Wait.UntilAsync(async () => (await daemon.RunAsync(["ldap", "show"])).Output.StartsWith("ldap  cannot be followed", StringComparison.Ordinal), "the server refuses");
        await daemon.Log.WaitForAsync("advice=\"load the overlay syncprov on the server, or set mode to lookup\"", before);
        CommandResult ask = await daemon.RunAsync(AskAlice);
        Assert.True(ask.ExitCode == 0, ask.Output + ask.Error);
        Assert.Contains($"ldap {DnOf("alice")} at {slapd.Url}, current", ask.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.RunAsync(["status"])).ExitCode);
    }

    [Fact]
    public async Task Server_that_says_nothing_any_more_is_away_within_30_s()
    {
        slapd.Pause();
        await Wait.UntilAsync(async () => (await daemon.RunAsync(AskAlice)).Output.Contains("\n  away ", StringComparison.Ordinal), "ask says so", TimeSpan.FromSeconds(30));

        CommandResult ask = await daemon.RunAsync(AskAlice);
        Assert.Equal(0, ask.ExitCode);
        Assert.Equal(1, (await daemon.RunAsync(["status"])).ExitCode);
        slapd.Resume();
        await UntilFollowedAsync();
    }

    private string Configuration(string filter = "(objectClass=inetOrgPerson)") => new JsonObject
    {
        ["node"] = "mx1",
        ["listen"] = new JsonObject
        {
            ["policy"] = new JsonArray($"unix:{Root.PathOf("policydaemon", "policy.sock")}"), ["admin"] = $"unix:{Root.PathOf("policydaemon", "admin.sock")}",
        },
        ["store"] = $"sqlite:{Root.PathOf("policydaemon", "policydaemon.db")}",
        ["directory"] = new JsonObject
        {
            ["domains"] = new JsonArray(Domain),
            ["ldap"] = new JsonObject
            {
                ["urls"] = new JsonArray(slapd.Url),
                ["bindDn"] = ServiceDn,
                ["bindPasswordFile"] = Root.WriteFile("ldap.password", ServicePassword + "\n", 0b110_000_000),
                ["baseDn"] = People,
                ["filter"] = filter,
            },
        },
    }.ToJsonString();

    private Task UntilFollowedAsync() =>
        Wait.UntilAsync(async () => (await daemon.RunAsync(["ldap", "show"])).ExitCode == 0, "the server is followed", details: () => daemon.Log.Tail(20));

    private async Task<int> ReadAsync(string name)
    {
        CommandResult show = await daemon.RunAsync(["ldap", "show", "--json"]);
        return JsonDocument.Parse(show.Output).RootElement.GetProperty("sync").GetProperty(name).GetInt32();
    }
}
