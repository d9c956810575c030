using PolicyDaemon.Simulation;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>docs/scaling.md shows what the simulation says. Its seeds are fixed, so its figures are the same each time.</summary>
public sealed class ScalingDocumentationTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Checkout.Directory, "docs", "scaling.md"));

    [Fact]
    public void Delays_at_one_server_are_those_of_the_page() => AssertShown(ScalingTables.Delays());

    [Fact]
    public void Rates_at_which_servers_end_are_those_of_the_page() => AssertShown(ScalingTables.Ends());

    [Fact]
    public void What_passes_in_an_outage_under_attack_is_that_of_the_page() => AssertShown(ScalingTables.Shares());

    private static void AssertShown(IEnumerable<string> lines) => Assert.All(lines, line => Assert.Contains(line, Page));
}
