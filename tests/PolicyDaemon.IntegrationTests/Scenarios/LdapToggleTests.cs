using PolicyDaemon.Bench;
using PolicyDaemon.MailStack.Slapd;
using Xunit;
using static PolicyDaemon.MailStack.Slapd.TruenorthDirectory;

namespace PolicyDaemon.IntegrationTests.Scenarios;

/// <summary>A change in slapd is in force at once and for good, under load, and the load costs slapd nothing. <c>make bench</c> measures it at length.</summary>
public sealed class LdapToggleTests : LdapScenarioTests
{
    private const int Toggles = 100;
    private const int PerSecond = 500;

    /// <summary>Not what is promised, but what a machine with other work keeps: a change that were found by asking again would take longer.</summary>
    private static readonly TimeSpan MedianLimit = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task People_stopped_one_after_the_other_are_refused_from_then_on_and_nobody_else_is()
    {
        using DirectoryWriter writer = Slapd.OpenWriter();
        string[] logins = [.. Crowded.Take(2 * Toggles)];
        long before = Slapd.Log.Length;
        ToggleRun run = new(Policed.Endpoint, PerSecond, logins, login => writer.Apply(new ReplaceValues(DnOf(login), "tnMailSendAllowed", "FALSE")));

        ToggleReport report = await run.RunAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(report.ToString());

        Assert.Empty(report.Faults);
        Assert.Equal(Toggles, report.ToRefusal.Count);
        Assert.InRange(Spread.Of(report.ToRefusal).P50, double.MinValue, MedianLimit.TotalMilliseconds);

        SlapdSearches searches = SlapdSearches.In(Slapd.Log.ReadFrom(before));
        TestContext.Current.TestOutputHelper!.WriteLine($"{report.Latencies.Count} requests cost slapd {searches}");
        Assert.Equal((0, 0), (searches.Lookups, searches.Synchronizations));
    }
}
