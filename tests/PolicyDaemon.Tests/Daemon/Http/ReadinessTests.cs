using PolicyDaemon.Admin;
using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Http;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Http;

public sealed class ReadinessTests
{
    private static readonly SourceReport Up = new("sqlite", PolicyDaemon.Admin.SourceState.Up, DateTimeOffset.UnixEpoch, null);

    [Fact]
    public void All_up_is_ready() => Assert.Equal((true, PartState.Ok), Judge(Up));

    [Fact]
    public void Not_asked_yet_is_ready() => Assert.Equal((true, PartState.Ok), Judge(Up with { State = PolicyDaemon.Admin.SourceState.Unknown, Since = null }));

    [Fact]
    public void Source_that_is_asked_each_time_and_is_down_is_not_ready() =>
        Assert.Equal((false, PartState.Failing), Judge(Up, new SourceReport("postgres", PolicyDaemon.Admin.SourceState.Down, DateTimeOffset.UnixEpoch, "connection refused")));

    [Theory]
    [InlineData(SyncConnection.Connected, false, "Ok")]
    [InlineData(SyncConnection.Lagging, false, "Degraded")]
    [InlineData(SyncConnection.Disconnected, false, "Degraded")]
    [InlineData(SyncConnection.Disconnected, true, "Failing")]
    public void Accounts_in_memory_count_until_they_are_too_old(SyncConnection connection, bool isStale, string expected)
    {
        SyncReport sync = new(connection, isStale ? AnswersFrom.Nothing : AnswersFrom.View, "ldap://a", null, 3, 10, 1000, isStale, null, null, 0, 0, 0, 0);

        Assert.Equal((expected != "Failing", Enum.Parse<PartState>(expected)), Judge(Up with { Name = "ldap", State = PolicyDaemon.Admin.SourceState.Down, LastError = "gone", Sync = sync }));
    }

    [Theory]
    [InlineData(SyncConnection.Disconnected, false, false, "Degraded")]
    [InlineData(SyncConnection.Unsupported, false, false, "Degraded")]
    [InlineData(SyncConnection.Disconnected, true, true, "Degraded")]
    [InlineData(SyncConnection.Disconnected, true, false, "Failing")]
    public void Without_accounts_in_memory_it_is_the_servers_that_count(SyncConnection connection, bool isInUse, bool counts, string expected)
    {
        SyncReport sync = new(connection, AnswersFrom.Server, null, "the first refresh is not over yet", 0, null, 1000, false, null, null, 0, 0, 0, 0);
        SourceReport ldap = Up with { Name = "ldap", State = PolicyDaemon.Admin.SourceState.Down, LastError = "gone", Sync = sync, LastKnown = new LastKnownReport(isInUse, counts) };

        Assert.Equal((expected != "Failing", Enum.Parse<PartState>(expected)), Judge(ldap));
    }

    [Theory]
    [InlineData(true, "Degraded")]
    [InlineData(false, "Failing")]
    public void Source_that_is_asked_each_time_and_is_down_is_stood_in_for_by_what_it_said_last(bool counts, string expected)
    {
        SourceReport ldap = Up with { Name = "ldap", State = PolicyDaemon.Admin.SourceState.Down, LastError = "gone", LastKnown = new LastKnownReport(true, counts) };

        Assert.Equal((expected != "Failing", Enum.Parse<PartState>(expected)), Judge(ldap));
    }

    [Theory]
    [InlineData("Store", "Ok")]
    [InlineData("Share", "Degraded")]
    [InlineData("Nobody", "Failing")]
    public void Limits_count_by_the_store_or_by_a_share_or_not(string by, string expected)
    {
        StoreReport store = new(true, null, 0, Enum.Parse<CountedBy>(by), 3, 0);

        Assert.Equal((expected != "Failing", Enum.Parse<PartState>(expected)), Judge(Up with { Name = "store", Store = store }));
    }

    [Fact]
    public void Page_says_which_part_and_why()
    {
        Readiness readiness = Readiness.Of([Up, new SourceReport("postgres", PolicyDaemon.Admin.SourceState.Down, DateTimeOffset.UnixEpoch, "connection refused")]);

        Assert.Equal(
            """
            {
              "state": "failing",
              "parts": [
                {
                  "name": "sqlite",
                  "state": "ok",
                  "cause": null
                },
                {
                  "name": "postgres",
                  "state": "failing",
                  "cause": "does not answer: connection refused"
                }
              ]
            }

            """.ReplaceLineEndings("\n"),
            readiness.ToJson());
    }

    private static (bool IsReady, PartState State) Judge(params SourceReport[] sources) => Readiness.Of(sources) is var readiness ? (readiness.IsReady, readiness.State) : default;
}
