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

    [GeneratedRegex(@"^\| `(?<name>(?:policydaemon|process)\.[a-z.]+)` \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
