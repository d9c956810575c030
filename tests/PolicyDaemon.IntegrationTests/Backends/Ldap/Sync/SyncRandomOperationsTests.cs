using Xunit;

namespace PolicyDaemon.IntegrationTests.Backends.Ldap.Sync;

/// <summary>50,000 changes of one server, in peace and not.</summary>
public sealed class SyncRandomOperationsTests : RandomChangesTests
{
    private const int Changes = 50_000;

    /// <summary>More than the session log of the server holds, so that the whole list of entries is needed.</summary>
    private const int ManyChanges = 1200;

    [Fact]
    public Task View_that_follows_is_what_a_search_says() => RunAsync(Changes, troubleEvery: int.MaxValue);

    [Fact]
    public Task View_is_what_a_search_says_after_kills_cuts_lost_session_logs_and_restarts() => RunAsync(
        Changes,
        troubleEvery: 1500,
        ("slapd killed", KillSlapdAsync),
        ("session log lost", RestartSlapdAsync),
        ("connection cut", () => CutAsync(0)),
        ("connection cut for long", () => CutAsync(ManyChanges)),
        ("consumer restarted", Followed.RestartAsync),
        ("consumer restarted while slapd was away", RestartBothAsync));

    private async Task KillSlapdAsync()
    {
        await Slapd.KillAsync();
        await Slapd.StartAsync();
        Reopen();
    }

    private async Task RestartSlapdAsync()
    {
        await Slapd.RestartAsync();
        Reopen();
    }

    private async Task CutAsync(int meanwhile)
    {
        await Link.CutAsync();
        Change(meanwhile);
        await Link.HealAsync();
    }

    private async Task RestartBothAsync()
    {
        await Slapd.KillAsync();
        await Followed.RestartAsync();
        await Slapd.StartAsync();
        Reopen();
    }
}
