using PolicyDaemon.Admin;
using PolicyDaemon.Alerts;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Configuration;
using PolicyDaemon.Notices;
using Xunit;
using Health = PolicyDaemon.Admin.SourceState;

namespace PolicyDaemon.Tests.Daemon.Alerts;

/// <summary>Directories, the store and the guard by a clock that stands still: what people are told, and how often.</summary>
public sealed class AlertWatchTests : IAsyncDisposable
{
    private static readonly SyncReport Followed = new(
        SyncConnection.Connected, AnswersFrom.View, "ldap://one", null, 10, 0, 14_400_000, IsStale: false, null, null, 0, Withheld: 0, 0, 0);

    private readonly ManualClock clock = new();
    private readonly GuardStorm storm;
    private readonly AlertWatch watch;
    private readonly List<Notice> told = [];
    private readonly List<Exception> faults = [];
    private Func<IReadOnlyList<SourceReport>> sources = () => [];

    public AlertWatchTests()
    {
        storm = new GuardStorm(clock);
        watch = new AlertWatch(
            () => sources(),
            storm,
            () => new NotifyOptions(null, null, null, [], new EndpointAddress.Unix("/s"), null, PerHour: 20, After: TimeSpan.FromSeconds(20), GuardLocks: 4),
            "mx1",
            told.Add,
            faults.Add,
            clock);
        watch.Start();
    }

    public ValueTask DisposeAsync() => watch.DisposeAsync();

    [Fact]
    public void Directory_that_is_away_is_told_when_it_has_lasted_and_so_is_its_end()
    {
        See(Ldap(Followed with { Connection = SyncConnection.Disconnected, Cause = "connection refused" }));
        Pass(19);
        Assert.Empty(told);
        Pass(3);
        Assert.Equal("the directory ldap: connection refused", Assert.Single(told).Subject);
        AssertFields("directory", "ldap", "warning");
        Assert.Contains("mail is deferred (451) when they are 4h old", told[0].Text, StringComparison.Ordinal);
        Assert.Contains("policydaemon ldap show", told[0].Text, StringComparison.Ordinal);

        Pass(3600);
        Assert.Single(told);
        See(Ldap(Followed));
        Pass(1);
        Assert.Equal("the directory ldap is well again", told[1].Subject);
        AssertFields("directory", "ldap", "normal");
    }

    [Fact]
    public void Directory_that_becomes_too_old_is_told_again_for_now_mail_is_deferred()
    {
        See(Ldap(Followed with { Connection = SyncConnection.Disconnected, Cause = "connection refused" }));
        Pass(30);
        See(Ldap(Followed with { Connection = SyncConnection.Disconnected, Cause = "connection refused", IsStale = true, AnswersFrom = AnswersFrom.Nothing }));
        Pass(30);
        Assert.Equal(2, told.Count);
        AssertFields("directory", "ldap", "critical");
        Assert.Contains("the accounts in memory are too old to count", told[1].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_outages_are_told_to_nobody_and_a_flapping_source_once_an_hour()
    {
        for (int i = 0; i < 10; i++)
        {
            See(Down("postgres"));
            Pass(10);
            See(Up("postgres"));
            Pass(10);
        }

        Assert.Empty(told);
        for (int i = 0; i < 10; i++)
        {
            See(Down("postgres"));
            Pass(30);
            See(Up("postgres"));
            Pass(30);
        }

        Assert.Equal(["critical", "normal"], told.Select(notice => (string?)notice.Fields["level"]));
    }

    [Theory]
    [InlineData(CountedBy.Store, "warning", "the store is lost: does not answer")]
    [InlineData(CountedBy.Share, "warning", "the store is lost: limits are counted by this node's share")]
    [InlineData(CountedBy.Nobody, "critical", "the store is lost: limits are not counted")]
    internal void Lost_store_is_told_with_what_becomes_of_the_limits_and_so_is_its_return(CountedBy by, string level, string subject)
    {
        SourceReport store = new("store", Health.Up, null, null, Store: new StoreReport(true, null, 0, CountedBy.Store, 3, 0));
        See(store);
        Pass(60);
        Assert.Empty(told);

        See(store with { State = Health.Down, LastError = "connection refused", Store = store.Store! with { CountedBy = by } });
        Pass(30);
        Assert.Equal($"{subject}: connection refused", Assert.Single(told).Subject);
        AssertFields("store", "store", level);

        See(store);
        Pass(1);
        Assert.Equal("the store is back", told[1].Subject);
        AssertFields("store", "store", "normal");
    }

    [Fact]
    public void Accounts_that_wait_to_be_confirmed_are_told_and_a_server_that_cannot_be_followed_is_not()
    {
        See(Ldap(Followed with { Connection = SyncConnection.Unsupported, AnswersFrom = AnswersFrom.Server, Cause = "no syncprov" }));
        Pass(3600);
        Assert.Empty(told);

        See(Ldap(Followed with { Withheld = 40 }));
        Pass(30);
        Assert.Contains("40 accounts are not in the directory any more", Assert.Single(told).Subject, StringComparison.Ordinal);
        Assert.Contains("policydaemon ldap accept", told[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Storm_of_guesses_is_told_once_when_it_begins_and_once_when_it_is_over()
    {
        for (int i = 0; i < 3; i++) storm.Count();
        Pass(2);
        Assert.Empty(told);

        for (int i = 0; i < 50; i++) storm.Count();
        Pass(60);
        Assert.Equal("a storm of guessed passwords: 53 logins and client networks locked within 10m", Assert.Single(told).Subject);
        AssertFields("guardStorm", "guard", "warning");

        // Below the threshold, but not below half of it: it goes on.
        Pass(530);
        for (int i = 0; i < 2; i++) storm.Count();
        Pass(300);
        Assert.Single(told);
        Pass(400);
        Assert.Equal("the storm of guessed passwords is over", told[1].Subject);
        AssertFields("guardStorm", "guard", "normal");
    }

    [Fact]
    public void Look_that_fails_is_said_and_the_next_one_sees_again()
    {
        sources = () => throw new InvalidOperationException("once");
        Pass(1);
        Assert.Single(faults);
        See(Down("postgres"));
        Pass(30);
        Assert.Single(told);
    }

    [Fact]
    public void Source_that_the_rules_are_not_asked_of_any_more_is_forgotten()
    {
        See(Down("postgres"));
        Pass(30);
        See();
        Pass(1);
        See(Down("postgres"));
        Pass(30);
        Assert.Equal(2, told.Count);
    }

    private static SourceReport Ldap(SyncReport sync) => new("ldap", sync.Connection == SyncConnection.Disconnected ? Health.Down : Health.Up, null, sync.Cause, sync);

    private static SourceReport Down(string name) => new(name, Health.Down, null, "connection refused");

    private static SourceReport Up(string name) => new(name, Health.Up, null, null);

    private void See(params SourceReport[] reports) => sources = () => reports;

    private void Pass(int seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));

    private void AssertFields(string kind, string subject, string level) => Assert.Equal(
        (kind, subject, level), ((string?)told[^1].Fields["event"], (string?)told[^1].Fields["source"], (string?)told[^1].Fields["level"]));
}
