using PolicyDaemon.Doctor;
using PolicyDaemon.Doctor.Postfix;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>Whole configurations, good and bad, and what the doctor says of each: <c>tests/corpus/doctor/NAME/{main.cf,master.cf,dovecot.conf,facts,expected}</c>.</summary>
public sealed class DoctorCorpusTests
{
    private static readonly string Corpus = Path.Combine(Checkout.Directory, "tests", "corpus", "doctor");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Corpus).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Cases))]
    public void Findings_are_those_expected(string name)
    {
        string expected = ReadIfThere(name, "expected");

        Assert.Equal(expected, Describe(Diagnoses.Examine(Read(name))));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Lines_that_mend_a_finding_make_it_go_away(string name)
    {
        IReadOnlyList<Finding> findings = Diagnoses.Examine(Read(name));
        foreach (Finding finding in findings.Where(finding => IsInFiles(finding)))
        {
            IReadOnlyList<Finding> left = Diagnoses.Examine(Read(name, finding.Mend));
            Assert.True(left.Count(IsAlike) < findings.Count(IsAlike), string.Join('\n', finding.Mend.Lines));

            bool IsAlike(Finding other) => (other.Id, other.Severity, other.Where) == (finding.Id, finding.Severity, finding.Where);
        }
    }

    [Fact]
    public void Every_diagnosis_has_a_case()
    {
        HashSet<string> found = [.. Cases.SelectMany(name => Diagnoses.Examine(Read(name.Data))).Select(finding => finding.Id)];

        Assert.Equal(Diagnoses.All.Select(diagnosis => diagnosis.Id).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>What a line of Dovecot's configuration does to a socket is not played out here.</summary>
    private static bool IsInFiles(Finding finding) =>
        finding.Mend.Place is MendPlace.MainCf or MendPlace.MasterCf || (finding.Mend.Place == MendPlace.DovecotConf && finding.Where == "dovecot");

    private static Installation Read(string name, Mend? mend = null)
    {
        string mainCf = ReadIfThere(name, "main.cf");
        string masterCf = ReadIfThere(name, "master.cf");
        string dovecot = ReadIfThere(name, "dovecot.conf");
        if (mend is { Place: MendPlace.DovecotConf }) dovecot += string.Join('\n', mend.Lines);
        if (mend is { Place: MendPlace.MainCf }) mainCf += string.Join('\n', mend.Lines);
        if (mend is { Place: MendPlace.MasterCf }) masterCf = Below(masterCf, mend);
        return InstallationFacts.Read(mainCf, masterCf, ReadIfThere(name, "facts"), dovecot);
    }

    private static string Below(string masterCf, Mend mend) => string.Concat(
        LogicalLines.Read(masterCf).Select(line => MasterService.Parse(line).Label == mend.Service ? $"{line}\n  {string.Join("\n  ", mend.Lines)}\n" : $"{line}\n"));

    private static string Describe(IReadOnlyList<Finding> findings) => string.Concat(findings.Select(finding =>
        $"{finding.Severity.ToString().ToLowerInvariant()} {finding.Id} {finding.Where}: {finding.What}\n" +
        $"  {DoctorReport.PlaceOf(finding.Mend)}\n{string.Concat(finding.Mend.Lines.Select(line => $"    {line}\n"))}"));

    private static string ReadIfThere(string name, string file)
    {
        string path = Path.Combine(Corpus, name, file);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }
}
