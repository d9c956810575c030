using System.Text.Json;
using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Cli;
using PolicyDaemon.Configuration;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Cli;

public sealed class LdapCommandTests : IDisposable
{
    private const string Url = "ldap://ldap1.example.org";

    private static readonly SyncReport Cut = new(
        SyncConnection.Disconnected, AnswersFrom.View, Url, "connection refused", 1234, 300_000, 14_400_000, false, SmallDaemon.Noon.AddMinutes(-6),
        "rid=000,csn=20261121115400.000000Z#000000#000#000000", 17, 40, 3, 2);

    private readonly CommandRun run = new();
    private int accepted;
    private bool isAnswering = true;
    private SyncReport? sync = Cut;

    public LdapCommandTests() => run.Daemon.Ldap = new AdministeredLdap(
        () => new LdapReport
        {
            Source = "ldap", Now = SmallDaemon.Noon, Mode = sync is null ? LdapMode.Lookup : LdapMode.Sync, SavedView = sync is null ? null : "/var/lib/policydaemon/ldap.view",
            Servers = [new LdapServerReport(Url, true, "connection refused"), new LdapServerReport("ldap://ldap2.example.org", false, null)], Sync = sync,
        },
        _ =>
        {
            if (isAnswering) accepted++;
            if (isAnswering) sync = Cut with { Entries = 1194, Withheld = 0, Older = 0 };
            return Task.FromResult(isAnswering);
        });

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Show_tells_a_person_everything_and_is_1_when_something_is_wrong()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);

        Assert.Equal(ExitStatus.No, await run.RunAsync("ldap show"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/ldap-show.txt", run.Output);

        sync = Cut with { Connection = SyncConnection.Connected, Cause = null, Withheld = 0, Older = 0, Conflicts = 0 };
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("ldap show"));
        Assert.DoesNotContain("accept", run.Output, StringComparison.Ordinal);
        sync = null;
        Assert.Equal(ExitStatus.Yes, await run.RunAsync("ldap show"));
        Assert.StartsWith("ldap  asked for each question (directory.ldap.mode lookup)\n", run.Output, StringComparison.Ordinal);
        run.Daemon.Ldap = null;
        Assert.Equal(ExitStatus.No, await run.RunAsync("ldap show"));
        Assert.Equal("policydaemon: there is no LDAP source: directory.ldap is not configured\n", run.Error);
    }

    [Theory]
    [InlineData(SyncConnection.Disconnected, false, 0, 0, ExitStatus.No)]
    [InlineData(SyncConnection.Lagging, false, 0, 0, ExitStatus.No)]
    [InlineData(SyncConnection.Unsupported, false, 0, 0, ExitStatus.No)]
    [InlineData(SyncConnection.Connected, true, 0, 0, ExitStatus.No)]
    [InlineData(SyncConnection.Connected, false, 1, 0, ExitStatus.No)]
    [InlineData(SyncConnection.Connected, false, 0, 1, ExitStatus.No)]
    [InlineData(SyncConnection.Refreshing, false, 0, 0, ExitStatus.Yes)]
    public async Task Show_is_0_when_nothing_is_left_to_wish(SyncConnection connection, bool isStale, int withheld, int older, int expected)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        sync = Cut with { Connection = connection, IsStale = isStale, Withheld = withheld, Older = older };

        Assert.Equal(expected, await run.RunAsync("ldap show --json"));
        Assert.Equal(withheld, JsonDocument.Parse(run.Output).RootElement.GetProperty("sync").GetProperty("withheld").GetInt32());
    }

    [Fact]
    public async Task Accept_shows_what_is_lost_asks_and_does_it_once()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Type("yes");

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("ldap accept"));

        Assert.Contains("withheld     40 ", run.Error, StringComparison.Ordinal);
        Assert.Equal("Take over what the server has, and forget what is withheld or newer here? [y/N] ", Assert.Single(run.Prompts));
        Assert.Equal($"what {Url} has counts: 1194 accounts, where there were 1234\n", run.Output);
        Assert.Equal(1, accepted);
    }

    [Theory]
    [InlineData("n")]
    [InlineData("")]
    [InlineData("yesterday")]
    public async Task Accept_changes_nothing_without_a_clear_yes(string typed)
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Type(typed);

        Assert.Equal(ExitStatus.No, await run.RunAsync("ldap accept"));
        Assert.EndsWith("policydaemon: not confirmed; nothing was changed\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, accepted);
    }

    [Fact]
    public async Task Accept_without_a_terminal_needs_yes()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);

        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("ldap accept"));
        Assert.Equal("policydaemon: nobody is there to be asked whether this is meant: say --yes\n", run.Error);
        Assert.Equal(0, accepted);

        Assert.Equal(ExitStatus.Yes, await run.RunAsync("ldap accept --yes"));
        Assert.Equal(1, accepted);
    }

    [Fact]
    public async Task Accept_that_no_server_answers_is_2_and_in_mode_lookup_1()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        isAnswering = false;
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync("ldap accept --yes"));
        Assert.Equal("policydaemon: no server could be followed, everything stays as it is: connection refused\n", run.Error);

        sync = null;
        Assert.Equal(ExitStatus.No, await run.RunAsync("ldap accept --yes"));
        Assert.Equal("policydaemon: directory.ldap.mode is lookup: nothing is kept in memory that could be confirmed\n", run.Error);
    }

    [Theory]
    [InlineData("ldap show")]
    [InlineData("ldap accept --yes")]
    public async Task Without_a_daemon_the_commands_say_that_they_need_one(string line)
    {
        Assert.Equal(ExitStatus.CannotTell, await run.RunAsync(line));
        Assert.Equal($"policydaemon: no daemon answers on unix:{run.SocketPath}; start it with: policydaemon run\n", run.Error);
        Assert.Equal(0, accepted);
    }

    [Fact]
    public async Task Status_shows_how_the_source_is_followed_and_ask_and_lookup_that_it_is_away()
    {
        await using AdminServer server = await AdminServer.StartAsync(run.Daemon.AdministrationFor, run.SocketPath);
        run.Daemon.LdapSource = run.Daemon.LdapSource with { State = PolicyDaemon.Admin.SourceState.Down, LastError = "connection refused", Sync = Cut };

        Assert.Equal(ExitStatus.No, await run.RunAsync("status"));
        ExpectedFile.Holds("tests/PolicyDaemon.Tests/Daemon/Cli/Expected/status-ldap.txt", run.Output);

        const string Away = " ldap since 2026-11-21 11:58:00Z: connection refused; answered from memory, 5 min old, for another 3 h 55 min\n";
        await run.RunAsync("ask --login alice --sender alice@truenorth.local --recipient bob@truenorth.local");
        Assert.Contains(Away, run.Output, StringComparison.Ordinal);
        await run.RunAsync("lookup account alice");
        Assert.Contains(Away, run.Output, StringComparison.Ordinal);

        run.Daemon.LdapSource = run.Daemon.LdapSource with { Sync = Cut with { AnswersFrom = AnswersFrom.Nothing, IsStale = true, AgeMs = 14_500_000 } };
        await run.RunAsync("lookup account alice");
        Assert.Contains("; what is in memory is 4 h 1 min old and counts no more\n", run.Output, StringComparison.Ordinal);
    }
}
