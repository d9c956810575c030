using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PolicyDaemon.Http;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

/// <summary>The alert rules and the dashboard are about metrics that there are; and each alert is explained and tested.</summary>
public sealed partial class MonitoringDocumentationTests
{
    private static readonly string Rules = Read("docs", "monitoring", "policydaemon.rules.yml");
    private static readonly string Dashboard = Read("docs", "monitoring", "grafana.json");

    [Fact]
    public void Every_metric_in_rules_tests_and_dashboard_exists()
    {
        HashSet<string> known = [.. Published()];

        Assert.Empty(NamesIn(Rules).Concat(NamesIn(Dashboard)).Concat(NamesIn(Read("tests", "monitoring", "policydaemon.test.yml"))).Distinct().Except(known));
    }

    [Fact]
    public void Every_alert_is_on_the_page_and_has_a_test()
    {
        string[] alerts = [.. Alert().Matches(Rules).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];

        Assert.True(alerts.Length >= 30);
        Assert.Equal(alerts, AlertName().Matches(Read("docs", "monitoring.md").Split("## The alerts")[1].Split("\n\nOne outage")[0]).Select(match => match.Value).Order(StringComparer.Ordinal));
        Assert.Equal(alerts, TestName().Matches(Read("tests", "monitoring", "policydaemon.test.yml")).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_what_it_means_and_what_to_do() => Assert.All(
        Rules.Split("- alert: ")[1..],
        rule =>
        {
            Assert.Matches("severity: (critical|warning) ", rule);
            Assert.Contains("job=\"policydaemon\"", rule, StringComparison.Ordinal);
            foreach (string annotation in new[] { "summary", "description", "runbook" }) Assert.Matches($@"\n +{annotation}: ""?[A-Z{{a-z]", rule);
        });

    [Fact]
    public void Every_alert_names_the_page_that_says_more() => Assert.All(
        Rules.Split("- alert: ")[1..],
        rule =>
        {
            string[] page = Page().Match(rule).Groups["page"].Value.Split('#');
            Assert.True(LinkTests.IsThere(Path.Combine(Checkout.Directory, "README.md"), page[0], page[^1]), rule);
        });

    [Fact]
    public void Dashboard_is_one_that_grafana_takes_up()
    {
        JsonNode dashboard = JsonNode.Parse(Dashboard)!;
        JsonObject[] panels = [.. dashboard["panels"]!.AsArray().Select(panel => panel!.AsObject())];

        Assert.Equal(panels.Length, panels.Select(panel => (int)panel["id"]!).Distinct().Count());
        Assert.All(panels, panel => Assert.NotEmpty((string)panel["title"]!));
        Assert.All(panels, panel => Assert.True((int)panel["gridPos"]!["x"]! + (int)panel["gridPos"]!["w"]! <= 24));
        Assert.All(panels.Where(panel => (string?)panel["type"] != "row"), panel => Assert.All(
            panel["targets"]!.AsArray(), target => Assert.Contains("instance=~\"$instance\"", (string)target!["expr"]!, StringComparison.Ordinal)));
        Assert.Equal(["datasource", "instance"], dashboard["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["name"]!));
    }

    /// <summary>The names that Prometheus knows, each of a histogram's three.</summary>
    private static List<string> Published()
    {
        List<string> published = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is not (DaemonMetrics.MeterName or ProcessMetrics.MeterName)) return;
                string kind = instrument.GetType().Name;
                string name = PrometheusText.NameOf(instrument.Name, instrument.Unit, kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal));
                published.AddRange(kind.StartsWith("Histogram", StringComparison.Ordinal) ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name]);
            },
        };
        using DaemonMetrics metrics = new();
        using ProcessMetrics process = new();
        listener.Start();
        return published;
    }

    private static IEnumerable<string> NamesIn(string text) => MetricName().Matches(text).Select(match => match.Value);

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Checkout.Directory, .. path]));

    [GeneratedRegex(@"\b(policydaemon|process)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^ +- alert: (?<name>PolicyDaemon[A-Za-z]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Alert();

    [GeneratedRegex(@"PolicyDaemon[A-Z][A-Za-z]+")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"\n +page: ""(?<page>docs/\w+\.md#[\w-]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Page();

    [GeneratedRegex(@"^  - name: (?<name>PolicyDaemon[A-Za-z]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();
}
