using PolicyDaemon.Hosting;
using PolicyDaemon.Telemetry;
using Xunit;
using Health = PolicyDaemon.Admin.SourceState;

namespace PolicyDaemon.Tests.Daemon.Hosting;

public sealed class SourceHealthTests
{
    private readonly SourceHealth health = new(DaemonLog.Silent, TimeProvider.System);

    [Fact]
    public void Source_that_said_nothing_is_unknown_until_all_were_asked()
    {
        health.Use(["ldap", "sqlite"], opened: ["ldap"]);
        health.Changed("ldap", "no answer");
        Assert.Equal([("ldap", Health.Down), ("sqlite", Health.Unknown)], States());

        health.Settle();

        Assert.Equal([("ldap", Health.Down), ("sqlite", Health.Up)], States());
    }

    [Fact]
    public void Source_that_is_opened_anew_does_not_inherit_the_outage_of_the_servers_before()
    {
        health.Use(["ldap"], opened: ["ldap"]);
        health.Changed("ldap", "no answer");

        health.Use(["ldap"], opened: ["ldap"]);
        health.Settle();

        Assert.Equal([("ldap", Health.Up)], States());
    }

    [Fact]
    public void Source_that_is_kept_over_a_reload_keeps_its_outage()
    {
        health.Use(["ldap"], opened: ["ldap"]);
        health.Changed("ldap", "no answer");

        health.Use(["ldap"], opened: []);
        health.Settle();

        Assert.Equal([("ldap", Health.Down)], States());
    }

    [Fact]
    public void Source_that_is_configured_no_more_is_not_shown()
    {
        health.Use(["ldap", "sqlite"], opened: ["ldap"]);

        health.Use(["sqlite"], opened: []);

        Assert.Equal([("sqlite", Health.Unknown)], States());
        health.Changed("ldap", "closed");
        Assert.Equal([("sqlite", Health.Unknown)], States());
    }

    private IEnumerable<(string, Health)> States() => health.Reports.Select(report => (report.Name, report.State));
}
