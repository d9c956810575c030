using OpenTelemetry;
using OpenTelemetry.Metrics;
using PolicyDaemon.Telemetry;

namespace PolicyDaemon.Http;

/// <summary>All metrics of the daemon and of its process, added up from the moment this is made, as a page for Prometheus.</summary>
internal sealed class MetricsPage : IDisposable
{
    /// <summary>Series of one metric. Labels have few values each, and more series than these are a mistake of ours.</summary>
    private const int MaxSeries = 2000;

    private readonly Lock one = new();
    private readonly Page page = new();
    private readonly BaseExportingMetricReader reader;
    private readonly MeterProvider provider;

    public MetricsPage()
    {
        reader = new BaseExportingMetricReader(page) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
        provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(DaemonMetrics.MeterName, ProcessMetrics.MeterName)
            .AddView(static _ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries })
            .AddReader(reader)
            .Build();
    }

    /// <summary>The page as of now. One reader at a time; reading it takes about a millisecond.</summary>
    public string Read()
    {
        lock (one)
        {
            reader.Collect();
            return page.Text;
        }
    }

    public void Dispose() => provider.Dispose();

    private sealed class Page : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new PrometheusText();
            foreach (var metric in batch) text.Write(metric);
            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
