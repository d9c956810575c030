using PolicyDaemon.Backends.Ldap.Sync;
using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;
using PolicyDaemon.Tests.Daemon.Telemetry;
using Xunit;
using Health = PolicyDaemon.Admin.SourceState;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class SyncWatchTests : IDisposable
{
    private static readonly SyncStatus Followed = new()
    {
        Connection = SyncConnection.Connected, IsViewUsed = true, IsStale = false, Entries = 7, Age = TimeSpan.FromSeconds(2),
    };

    private readonly LogLines lines = new();
    private readonly DaemonMetrics metrics = new();
    private readonly SourceHealth health;
    private readonly SyncWatch watch;

    public SyncWatchTests()
    {
        health = new SourceHealth(lines.Log, TimeProvider.System);
        watch = new SyncWatch(lines.Log, health, metrics, TimeProvider.System);
        health.Use(["ldap"], opened: ["ldap"]);
    }

    public void Dispose()
    {
        metrics.Dispose();
        lines.Dispose();
    }

    [Fact]
    public void Source_that_cannot_be_followed_is_down_until_it_is_again()
    {
        Hear(new SyncRefreshed("ldap://a", 7, 0, 7, TimeSpan.Zero));
        Assert.Equal((Health.Up, null), State);

        Hear(new SyncInterrupted("connection refused", null));
        Assert.Equal((Health.Down, "connection refused"), State);

        Hear(new SyncRefreshed("ldap://a", 0, 0, 7, TimeSpan.Zero));
        Assert.Equal((Health.Up, "connection refused"), State);
    }

    [Fact]
    public void Server_that_refuses_to_be_followed_is_up_because_it_is_asked()
    {
        Hear(new SyncInterrupted("connection refused", null));

        watch.Hear("ldap", new SyncInterrupted("unavailableCriticalExtension (12)", "load syncprov"), Followed with { Connection = SyncConnection.Unsupported }, TimeSpan.FromHours(4));

        Assert.Equal((Health.Up, "unavailableCriticalExtension (12)"), State);
    }

    [Fact]
    public void Saved_view_at_a_start_without_a_server_does_not_hide_the_outage()
    {
        Hear(new SyncInterrupted("connection refused", null));

        Hear(new SyncViewUsed(7, TimeSpan.FromMinutes(1), IsSaved: true));

        Assert.Equal((Health.Down, "connection refused"), State);
    }

    [Fact]
    public void Questions_that_had_no_answer_before_the_first_view_have_one_with_it_and_the_log_says_so()
    {
        health.Changed("ldap", "connection refused");

        Hear(new SyncViewUsed(7, TimeSpan.Zero, IsSaved: false));
        Hear(new SyncViewUsed(7, TimeSpan.Zero, IsSaved: false));

        Assert.Single(lines.Written, line => line.Contains(" source_unavailable ", StringComparison.Ordinal));
        Assert.Single(lines.Written, line => line.Contains(" source_available ", StringComparison.Ordinal));
    }

    private (Health State, string? LastError) State => (health.Reports[0].State, health.Reports[0].LastError);

    private void Hear(SyncEvent heard) => watch.Hear("ldap", heard, Followed, TimeSpan.FromHours(4));
}
