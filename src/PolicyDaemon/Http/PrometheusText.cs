using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace PolicyDaemon.Http;

/// <summary>
/// Metrics in Prometheus' text format 0.0.4 ("Exposition formats" of its documentation). A name's dots become underscores, the
/// unit stands at its end, and what only grows ends with <c>_total</c>.
/// </summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();

    public void Write(Metric metric)
    {
        var name = NameOf(metric.Name, metric.Unit, IsCounter(metric.MetricType));
        text.Append("# HELP ").Append(name).Append(' ').Append(Escape(metric.Description, isLabel: false)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(metric.MetricType)).Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints()) WritePoint(name, metric.MetricType, in point);
    }

    public override string ToString() => text.ToString();

    /// <summary>The name under which Prometheus knows a metric.</summary>
    /// <param name="unit">As the meter has it: <c>s</c>, <c>By</c>, or a word in braces, which adds nothing.</param>
    public static string NameOf(string name, string? unit, bool isCounter)
    {
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return name.Replace('.', '_') + suffix + (isCounter ? "_total" : "");
    }

    private void WritePoint(string name, MetricType type, ref readonly MetricPoint point)
    {
        var labels = Labels(point.Tags);
        if (type.IsHistogram())
        {
            WriteHistogram(name, labels, in point);
            return;
        }

        var value = type.IsGauge()
            ? type.IsDouble() ? point.GetGaugeLastValueDouble() : point.GetGaugeLastValueLong()
            : type.IsDouble() ? point.GetSumDouble() : point.GetSumLong();
        WriteSample(name, labels, value);
    }

    private void WriteHistogram(string name, string labels, ref readonly MetricPoint point)
    {
        long total = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            total += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
            WriteSample($"{name}_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"", total);
        }

        WriteSample($"{name}_sum", labels, point.GetHistogramSum());
        WriteSample($"{name}_count", labels, point.GetHistogramCount());
    }

    private void WriteSample(string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Labels(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            var word = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(key.Replace('.', '_')).Append("=\"").Append(Escape(word, isLabel: true)).Append('"');
        }

        return labels.ToString();
    }

    private static string Escape(string value, bool isLabel)
    {
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static bool IsCounter(MetricType type) => type is MetricType.LongSum or MetricType.DoubleSum;

    private static string TypeOf(MetricType type) => IsCounter(type) ? "counter" : type.IsHistogram() ? "histogram" : "gauge";
}
