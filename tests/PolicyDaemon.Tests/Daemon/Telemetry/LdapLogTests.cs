using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Admin;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Telemetry;

public sealed class LdapLogTests
{
    private const string Url = "ldap://ldap1.example.org";

    private static readonly SyncStatus Cut = new()
    {
        Connection = SyncConnection.Disconnected, IsViewUsed = true, IsStale = false, Entries = 1234, Age = TimeSpan.FromMinutes(1), Cause = "connection refused",
    };

    public static TheoryData<SyncEvent, string> Lines => new()
    {
        { new SyncRefreshed(Url, 3, 1, 1234, TimeSpan.FromMilliseconds(12)), $"information ldap_refreshed source=ldap provider={Url} changed=3 removed=1 accounts=1234 took_ms=12" },
        {
            new SyncRefreshed(Url, 0, 0, 0, TimeSpan.FromMilliseconds(12)),
            $"warning ldap_refreshed source=ldap provider={Url} changed=0 removed=0 accounts=0 took_ms=12" +
            " advice=\"nobody is there: see whether baseDn and filter name the accounts, and whether the server's rules let the bind DN read them\""
        },
        { new SyncViewUsed(1234, TimeSpan.FromSeconds(2), IsSaved: true), "information ldap_view_used source=ldap accounts=1234 age_ms=2000 from=file" },
        { new SyncFellBack("no view so far"), "warning ldap_lookup source=ldap effect=\"a server is asked for each question\" cause=\"no view so far\"" },
        {
            new SyncInterrupted("connection refused", null),
            "warning ldap_interrupted source=ldap effect=\"mail goes on by the 1234 accounts in memory until 2026-11-21 15:59:00Z\" cause=\"connection refused\""
        },
        {
            new SyncInterrupted("noSuchObject (32)", "create the base"),
            "error ldap_interrupted source=ldap effect=\"mail goes on by the 1234 accounts in memory until 2026-11-21 15:59:00Z\" advice=\"create the base\" cause=\"noSuchObject (32)\""
        },
        {
            new SyncSilent(TimeSpan.FromSeconds(30), IsStale: false),
            "warning ldap_silent source=ldap age_s=30 effect=\"mail goes on by the 1234 accounts in memory until 2026-11-21 15:59:00Z\"" +
            " advice=\"see whether the LDAP server runs and this machine reaches it\" cause=\"connection refused\""
        },
        {
            new SyncSilent(TimeSpan.FromHours(4), IsStale: true),
            "error ldap_stale source=ldap age_s=14400 effect=\"the accounts in memory count no more: checks take their whenUnavailable\"" +
            " advice=\"see whether the LDAP server runs and this machine reaches it\" cause=\"connection refused\""
        },
        {
            new SyncWithheld(Url, 900, 1234, "policydaemon ldap accept"),
            $"error ldap_withheld source=ldap provider={Url} withheld=900 accounts=1234 effect=\"they stay as they were; other changes are in force\" advice=\"policydaemon ldap accept\""
        },
        {
            new SyncProviderBehind(Url, 2, "an older backup", "policydaemon ldap accept"),
            $"error ldap_provider_behind source=ldap provider={Url} older=2 effect=\"the newer state of these accounts stays in force\"" +
            " advice=\"policydaemon ldap accept\" cause=\"an older backup\""
        },
        { new SyncSettled(Url, "the content came back"), $"information ldap_settled source=ldap provider={Url} cause=\"the content came back\"" },
        {
            new SyncConflict("alice", ["uid=alice", "uid=alice2"], IsLogin: true),
            "warning ldap_conflict source=ldap of=login effect=\"nobody can send by this login\" key=alice entries=\"uid=alice and uid=alice2\""
        },
        {
            new SyncConflict("team@example.org", ["uid=alice", "uid=bob"], IsLogin: false),
            "information ldap_conflict source=ldap of=address effect=\"all of them own the address\" key=team@example.org entries=\"uid=alice and uid=bob\""
        },
        {
            new SyncSavedViewProblem("/var/lib/x", "permission denied"),
            "warning ldap_saved_view source=ldap path=/var/lib/x effect=\"a restart without a server has no accounts to go on with\" cause=\"permission denied\""
        },
    };

    [Theory]
    [MemberData(nameof(Lines), DisableDiscoveryEnumeration = true)]
    public void Event_is_one_line_with_what_it_means_and_what_to_do(SyncEvent heard, string expected)
    {
        using LogLines lines = new();

        new LdapLog(lines.Log, SmallDaemon.Clock).Write("ldap", heard, Cut, TimeSpan.FromHours(4));

        Assert.Equal(expected, Assert.Single(lines.Written).Split(' ', 2)[1]);
    }

    [Fact]
    public void Every_event_has_a_line()
    {
        IEnumerable<Type> told = typeof(SyncEvent).Assembly.GetTypes().Where(type => type.BaseType == typeof(SyncEvent));

        Assert.Equal(told.Select(type => type.Name).Order(StringComparer.Ordinal), Lines.Select(row => row.Data.Item1.GetType().Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outage_without_a_view_does_not_say_that_mail_goes_on_by_it()
    {
        using LogLines lines = new();

        new LdapLog(lines.Log, SmallDaemon.Clock).Write("ldap", new SyncInterrupted("refused", null), Cut with { IsViewUsed = false, Entries = 0 }, TimeSpan.FromHours(4));

        Assert.Contains("effect=\"there are no accounts in memory: a server is asked for each question, and without an answer checks take their whenUnavailable\"", Assert.Single(lines.Written), StringComparison.Ordinal);
    }
}
