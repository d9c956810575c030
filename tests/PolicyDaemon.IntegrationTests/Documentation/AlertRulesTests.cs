using PolicyDaemon.IntegrationTests.Support;
using PolicyDaemon.MailStack;
using Xunit;

namespace PolicyDaemon.IntegrationTests.Documentation;

/// <summary>The shipped alert rules, as Prometheus reads them, on series that were thought up; recorded ones are in <see cref="Scenarios.AlertTests"/>.</summary>
public sealed class AlertRulesTests
{
    [Fact]
    public Task Rules_are_well_formed() => Promtool.RunAsync("check", "rules", Promtool.Rules);

    [Fact]
    public Task Each_is_silent_and_then_fires() => Promtool.RunAsync("test", "rules", Checkout.PathOf("tests", "monitoring", "policydaemon.test.yml"));
}
