using System.Diagnostics;
using System.Text.Json.Nodes;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.MailStack.Processes;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A node whose line to slapd swallows everything: it says so, and in the end it stops permitting by what it knew.</summary>
public sealed class LdapCutOffTests : LdapScenarioTests
{
    private static readonly TimeSpan SayLimit = TimeSpan.FromSeconds(30);

    protected override void Configure(JsonObject configuration) => configuration["directory"]!["ldap"]!["staleFor"] = "30s";

    [Fact]
    public async Task Cut_off_node_says_so_within_half_a_minute_and_defers_when_what_it_knows_is_too_old()
    {
        Stopwatch silent = Stopwatch.StartNew();
        Link.Freeze();

        await Daemon.Log.WaitForAsync("ldap_interrupted source=ldap", limit: SayLimit);
        TestContext.Current.TestOutputHelper!.WriteLine($"said after {silent.Elapsed.TotalSeconds:F1} s");
        Assert.InRange(silent.Elapsed, TimeSpan.Zero, SayLimit);
        await AssertSaysAsync("disconnected", "status");
        await AssertSaysAsync("disconnected", "ldap", "show");
        await AssertSaysAsync("answered from memory", "ask", "--login", "alice", "--sender", AddressOf("alice"), "--recipient", AddressOf("bob"));

        await WaitUntilAsync("alice", "451 4.3.0");
        Assert.InRange(silent.Elapsed, TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(45));
        await Daemon.Log.WaitForAsync("ldap_stale source=ldap");
        await AssertSaysAsync("stale", "status");

        await Link.HealAsync();
        await WaitUntilAsync("alice", "DUNNO");
        SyncReport report = await ReadReportAsync();
        Assert.Equal((SyncConnection.Connected, false), (report.Connection, report.IsStale));
    }

    private async Task AssertSaysAsync(string words, params string[] command)
    {
        CommandResult said = await Daemon.RunAsync(command);
        Assert.Contains(words, said.Output, StringComparison.Ordinal);
    }
}
