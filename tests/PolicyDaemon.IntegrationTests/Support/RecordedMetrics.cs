using System.Globalization;
using System.Text;

namespace PolicyDaemon.IntegrationTests.Support;

/// <summary>What a daemon showed at <c>/metrics</c>, time after time, as series for <c>promtool test rules</c>. There a minute passes from one to the next.</summary>
internal sealed class RecordedMetrics
{
    private const string Target = "job=\"policydaemon\",instance=\"mx1\"";

    private readonly Dictionary<string, List<string>> series = new(StringComparer.Ordinal);

    public int Minutes { get; private set; }

    /// <param name="page">Null: nobody answered.</param>
    public void Add(string? page)
    {
        Put($"up{{{Target}}}", page is null ? "0" : "1");
        foreach (string line in page?.Split('\n') ?? [])
        {
            if (line.Length > 0 && line[0] != '#') Put(WithTarget(line[..line.LastIndexOf(' ')]), line[(line.LastIndexOf(' ') + 1)..]);
        }

        Minutes++;
        foreach (List<string> values in series.Values.Where(values => values.Count < Minutes)) values.Add("_");
    }

    /// <param name="firing">At the end of which minute which alerts fire, and no others.</param>
    public string ToTest(string rules, params IEnumerable<(int Minute, string[] Alerts)> firing)
    {
        StringBuilder text = new($"rule_files: ['{rules}']\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
        foreach ((string name, List<string> values) in series) text.Append(CultureInfo.InvariantCulture, $"      - {{ series: '{name}', values: '{string.Join(' ', values)}' }}\n");
        text.Append("    promql_expr_test:\n");
        foreach ((int minute, string[] alerts) in firing)
        {
            text.Append(CultureInfo.InvariantCulture, $"      - expr: 'group by (alertname) (ALERTS{{alertstate=\"firing\"}})'\n        eval_time: {minute}m\n        exp_samples:\n");
            foreach (string alert in alerts) text.Append(CultureInfo.InvariantCulture, $"          - {{ labels: '{{alertname=\"PolicyDaemon{alert}\"}}', value: 1 }}\n");
        }

        return text.ToString();
    }

    private void Put(string name, string value)
    {
        if (!series.TryGetValue(name, out List<string>? values)) series[name] = values = [.. Enumerable.Repeat("_", Minutes)];
        values.Add(value);
    }

    private static string WithTarget(string name) => name.EndsWith('}')
        ? name.Replace("{", $"{{{Target},", StringComparison.Ordinal)
        : $"{name}{{{Target}}}";
}
