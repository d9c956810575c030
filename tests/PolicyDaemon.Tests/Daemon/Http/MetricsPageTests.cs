using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using PolicyDaemon.Http;
using PolicyDaemon.Telemetry;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Http;

/// <summary>The page that Prometheus reads. Meters are the process's own: a test counts under a label of its own.</summary>
public sealed partial class MetricsPageTests : IDisposable
{
    private readonly Meter meter = new(DaemonMetrics.MeterName);
    private readonly MetricsPage page = new();

    public void Dispose()
    {
        page.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void Counter_is_a_total_with_its_labels()
    {
        var counter = meter.CreateCounter<long>("policydaemon.test.seen", "{thing}", "Things \\ seen\nhere");
        counter.Add(2, new("kind", "a"), new("outcome", "ok"));
        counter.Add(3, new("kind", "a"), new("outcome", "ok"));

        Assert.Contains(
            "# HELP policydaemon_test_seen_total Things \\\\ seen\\nhere\n# TYPE policydaemon_test_seen_total counter\n"
            + "policydaemon_test_seen_total{kind=\"a\",outcome=\"ok\"} 5\n",
            page.Read(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a \"b\" \\ c\nd", "a \\\"b\\\" \\\\ c\\nd")]
    public void Label_is_one_quoted_word_whatever_is_in_it(string value, string expected)
    {
        meter.CreateCounter<long>("policydaemon.test.label").Add(1, new KeyValuePair<string, object?>("word", value));

        Assert.Contains($"policydaemon_test_label_total{{word=\"{expected}\"}} 1\n", page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gauge_goes_up_and_down_and_has_its_unit_at_the_end()
    {
        long size = 7;
        meter.CreateObservableGauge("policydaemon.test.size", () => size, "By", "Size");
        Assert.Contains("# TYPE policydaemon_test_size_bytes gauge\npolicydaemon_test_size_bytes 7\n", page.Read(), StringComparison.Ordinal);

        size = 3;
        Assert.Contains("policydaemon_test_size_bytes 3\n", page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_connections_are_no_total()
    {
        var open = meter.CreateUpDownCounter<long>("policydaemon.test.open");
        open.Add(2);
        open.Add(-1);

        Assert.Contains("# TYPE policydaemon_test_open gauge\npolicydaemon_test_open 1\n", page.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_adds_up_from_bucket_to_bucket()
    {
        var times = meter.CreateHistogram<double>("policydaemon.test.time", "s", "Time", advice: Durations.Advice);
        times.Record(0.0003);
        times.Record(0.3);
        times.Record(30);

        string text = page.Read();

        Assert.Contains("policydaemon_test_time_seconds_bucket{le=\"0.0002\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("policydaemon_test_time_seconds_bucket{le=\"0.0005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("policydaemon_test_time_seconds_bucket{le=\"10\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("policydaemon_test_time_seconds_bucket{le=\"+Inf\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("policydaemon_test_time_seconds_sum 30.3003\n", text, StringComparison.Ordinal);
        Assert.Contains("policydaemon_test_time_seconds_count 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_is_one_that_prometheus_reads()
    {
        using DaemonMetrics metrics = new();
        using ProcessMetrics process = new();
        metrics.ConnectionOpened("policy");

        string text = page.Read();

        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
        Assert.Contains("\npolicydaemon_connections{protocol=\"policy\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_resident_memory_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("\nprocess_cpu_seconds_total ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Readers_at_the_same_time_each_get_a_whole_page()
    {
        meter.CreateCounter<long>("policydaemon.test.whole").Add(1);

        Parallel.For(0, 50, _ => Assert.Contains("\npolicydaemon_test_whole_total 1\n", page.Read(), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^(# HELP [a-z_]+ .+|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{([a-z_]+=""([^""\\]|\\.)*"",?)+\})? [-+0-9.eEInf]+)$")]
    private static partial Regex Line();
}
