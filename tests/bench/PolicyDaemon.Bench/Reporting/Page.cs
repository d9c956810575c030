using System.Globalization;
using System.Text;
using PolicyDaemon.Bench.Measuring;

namespace PolicyDaemon.Bench.Reporting;

/// <summary>Tables and pictures of all results, written between two marks of a page; the pictures lie in a directory beside it that has its name.</summary>
internal sealed class Page(string results, string file)
{
    private const string Begin = "<!-- measured: written by \"make bench-report\", do not edit -->";
    private const string End = "<!-- measured: end -->";

    /// <summary>Cores; where policy requests are measured nobody else has anything to do.</summary>
    private const double MostOthers = 0.3;

    private const string Busy =
        "**Others used much of this machine meanwhile, as the lines above the tables say.** So these figures show what the measurement looks like, and CPU time and memory roughly; ratios and latencies are those of a crowded machine.\n\n";

    private static readonly (string Part, string Title)[] Parts =
    [
        ("policy", "Policy requests"), ("milter", "Milter"), ("auth", "Logins"), ("hashes", "Logins with SHA512-CRYPT"), ("smtp", "Through a real Postfix"), ("lmtp", "Deliveries"),
        ("counters", "Charges to limits in PostgreSQL"), ("accounts", "Number of accounts, and memory"), ("start", "Start"),
    ];

    /// <returns>What was written.</returns>
    public IReadOnlyList<string> Write()
    {
        var text = File.ReadAllText(file);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidDataException($"{file} has not the marks \"{Begin}\" and \"{End}\"");
        List<string> written = [file];
        File.WriteAllText(file, $"{text[..begin]}{Begin}\n\n{Render(written)}{text[end..]}");
        return written;
    }

    private string Render(List<string> written)
    {
        StringBuilder page = new(Read("policy") is { Measurements.Count: > 0 } policy && Others(policy) > MostOthers ? Busy : "");
        Plots plots = new(Read);
        Machine? last = null;
        foreach (var (part, title) in Parts)
        {
            if (Read(part) is not { Measurements.Count: > 0 } measured) continue;
            page.Append(CultureInfo.InvariantCulture, $"### {title}\n\n");
            if (!Equal(last, measured.Machine)) page.Append(Describe(last = measured.Machine));
            page.Append(CultureInfo.InvariantCulture, $"{measured.Begun:yyyy-MM-dd}, {measured.Rounds} rounds of {measured.Seconds:0.#} s; others, with the directories that are asked, used {Others(measured):F1} cores meanwhile.\n\n");
            foreach (var (name, caption, svg) in plots.Of(part)) page.Append(CultureInfo.InvariantCulture, $"![{caption}]({Save(name, svg, written)})\n\n");
            page.Append(new Table(measured).ToString()).Append('\n');
        }

        return page.ToString();
    }

    private PartResults? Read(string part) => Results.Read(results, part);

    private string Save(string name, string svg, List<string> written)
    {
        var directory = Path.ChangeExtension(file, null);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name + ".svg");
        File.WriteAllText(path, svg);
        written.Add(path);
        return $"{Path.GetFileName(directory)}/{name}.svg";
    }

    private static double Others(PartResults part) => Figure.Of(part.Measurements.Select(one => one.Others.Median)).Median;

    private static bool Equal(Machine? one, Machine other) => one is not null && Describe(one) == Describe(other);

    private static string Describe(Machine machine) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Measured on one machine: {machine.Processor}, {machine.Cores} cores, {machine.Memory} GB; {machine.System}, Linux {machine.Kernel}, {machine.Runtime};
        {string.Join(", ", machine.Packages.OrderBy(package => package.Key, StringComparer.Ordinal).Select(package => $"{package.Key} {package.Value}"))}.


        """);
}
