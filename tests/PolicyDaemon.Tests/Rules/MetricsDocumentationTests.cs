using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

public sealed partial class MetricsDocumentationTests
{
    [Fact]
    public void Every_metric_is_listed_with_its_unit_and_every_listed_metric_exists()
    {
        List<string> published = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is DaemonMetrics.MeterName or ProcessMetrics.MeterName) published.Add($"{instrument.Name} {instrument.Unit}");
            },
        };
        using DaemonMetrics metrics = new();
        using ProcessMetrics process = new();
        listener.Start();

        string page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "metrics.md"));
        IEnumerable<string> listed = Row().Matches(page).Select(match => $"{match.Groups["name"].Value} {match.Groups["unit"].Value}");

        Assert.Equal(published.Distinct().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    /// <summary>Words of a closed set, and names of the configuration: never a login, an address or a secret.</summary>
    [Fact]
    public void Labels_are_those_of_the_code_and_few()
    {
        IEnumerable<string> written = Directory.GetFiles(Path.Combine(Checkout.Directory, "src", "PolicyDaemon", "Telemetry"), "*Metrics.cs")
            .SelectMany(file => Label().Matches(File.ReadAllText(file))).Select(match => match.Groups["label"].Value).Distinct();
        string page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "metrics.md"));
        IEnumerable<string> listed = LabelColumn().Matches(page).SelectMany(match => match.Groups["labels"].Value.Split(", ")).Where(label => label.Length > 0).Select(label => label.Trim('`')).Distinct();
        string[] allowed =
        [
            "action", "channel", "check", "front", "kind", "mode", "outcome", "part", "peer", "protocol", "queue", "reason", "rule", "service", "source", "stage", "subject",
        ];

        Assert.Equal(allowed, written.Order(StringComparer.Ordinal));
        Assert.Equal(allowed, listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(KeyValuePair<string, object\?>\(|\{ |=> new\()""(?<label>[a-z_.]+)"", (?!"")", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex(@"^\| `(policydaemon|process)\.[a-z.]+` \| `[^`]+` \| (?<labels>[^|]*?) ?\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex LabelColumn();

    [GeneratedRegex(@"^\| `(?<name>(?:policydaemon|process)\.[a-z.]+)` \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
