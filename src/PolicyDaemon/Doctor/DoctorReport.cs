using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PolicyDaemon.Doctor;

/// <summary>Findings as a human reads them, and as a program does.</summary>
internal static class DoctorReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="isColoured">Colours the severity.</param>
    internal static string ToText(IReadOnlyList<Finding> findings, bool isColoured)
    {
        var text = new StringBuilder();
        foreach (var finding in findings.OrderByDescending(finding => finding.Severity)) Append(text, finding, isColoured);
        text.Append(Summary(findings)).Append('\n');
        return text.Append(ChangeOneLine(findings) ? "Some of them change the same line: mend from the top, and run it again.\n" : "").ToString();
    }

    internal static string ToJson(IReadOnlyList<Finding> findings)
    {
        var json = new JsonObject
        {
            ["findings"] = new JsonArray([.. findings.OrderByDescending(finding => finding.Severity).Select(ToNode)]),
        };
        return json.ToJsonString(Indented) + "\n";
    }

    internal static string PlaceOf(Mend mend) => mend.Place switch
    {
        MendPlace.MainCf => "in main.cf",
        MendPlace.MasterCf => $"in master.cf, below {mend.Service}",
        MendPlace.DovecotConf => "in dovecot.conf",
        MendPlace.SlapdConf => $"in slapd.conf of {mend.Service}, or its cn=config",
        MendPlace.PolicyDaemon => "in policydaemon.json",
        _ => "in a shell",
    };

    private static void Append(StringBuilder text, Finding finding, bool isColoured)
    {
        var severity = Name(finding.Severity).PadRight(9);
        text.Append(isColoured ? $"{Colour(finding.Severity)}{severity}\e[0m" : severity).Append($" {finding.Id}  {finding.Where}\n");
        text.Append($"  what    {finding.What}\n");
        text.Append($"  why     {finding.Why}\n");
        text.Append($"  seen    {string.Join("\n          ", finding.Seen)}\n");
        text.Append($"  mend    {PlaceOf(finding.Mend)}\n");
        foreach (var line in finding.Mend.Lines) text.Append($"            {line}\n");
        text.Append('\n');
    }

    private static string Summary(IReadOnlyList<Finding> findings) => findings.Count == 0
        ? "Nothing found: Postfix asks the daemon at RCPT, DATA and END-OF-MESSAGE."
        : string.Join(", ", from finding in findings
                            group finding by finding.Severity into same
                            orderby same.Key descending
                            select $"{Name(same.Key)}: {same.Count()}");

    /// <summary>Each mend leaves the rest of its line as it is, with what another finding says of it.</summary>
    private static bool ChangeOneLine(IReadOnlyList<Finding> findings) =>
        (from finding in findings
         where finding.Mend.Place is MendPlace.MainCf or MendPlace.MasterCf
         from line in finding.Mend.Lines.Distinct(StringComparer.Ordinal)
         group line by (finding.Mend.Place, finding.Mend.Service, line.Split('=')[0]) into same
         select same.Distinct(StringComparer.Ordinal).Count()).Any(count => count > 1);

    private static JsonNode ToNode(Finding finding) => new JsonObject
    {
        ["id"] = finding.Id,
        ["severity"] = Name(finding.Severity),
        ["where"] = finding.Where,
        ["what"] = finding.What,
        ["why"] = finding.Why,
        ["seen"] = ToArray(finding.Seen),
        ["mend"] = new JsonObject
        {
            ["place"] = PlaceOf(finding.Mend),
            ["lines"] = ToArray(finding.Mend.Lines),
        },
    };

    private static JsonArray ToArray(IEnumerable<string> lines) => new([.. lines.Select(line => (JsonNode)line)]);

    private static string Name(Severity severity) => severity.ToString().ToLowerInvariant();

    private static string Colour(Severity severity) => severity switch
    {
        Severity.Error => "\e[31m",
        Severity.Warning => "\e[33m",
        _ => "\e[36m",
    };
}
