using System.Text.RegularExpressions;
using PolicyDaemon.Doctor;
using Xunit;

namespace PolicyDaemon.Tests.Rules;

public sealed partial class DoctorDocumentationTests
{
    [Fact]
    public void Every_finding_is_listed_and_every_listed_finding_exists()
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "doctor.md"));

        Assert.Equal(Diagnoses.All.Select(diagnosis => diagnosis.Id), FirstCell().Matches(page).Select(match => match.Groups["id"].Value));
    }

    [GeneratedRegex("^\\| `(?<id>[a-z-]+)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FirstCell();
}
