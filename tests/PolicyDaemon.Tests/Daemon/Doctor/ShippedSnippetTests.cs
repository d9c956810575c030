using PolicyDaemon.Doctor;
using Xunit;

namespace PolicyDaemon.Tests.Daemon.Doctor;

/// <summary>The snippets as an administrator pastes them, and what the doctor says when one line of them is lost.</summary>
public sealed class ShippedSnippetTests
{
    public static TheoryData<string> Versions => ["3.7", "3.10"];

    [Theory, MemberData(nameof(Versions))]
    public void Shipped_snippets_have_no_finding(string version) => Assert.Empty(Diagnoses.Examine(Paste(version)));

    [Theory, MemberData(nameof(Versions))]
    public void Milter_alone_has_no_finding_either(string version)
    {
        string Read(string file) => File.ReadAllText(Path.Combine(Checkout.Directory, "postfix-snippets", version, file));
        string masterCf = $"smtp inet n - y - - smtpd\n{Read("milter.smtp.master.cf")}\nsubmission inet n - y - - smtpd\n{Read("milter.submission.master.cf")}\ncleanup unix n - y - 0 cleanup\n";
        Assert.Empty(Diagnoses.Examine(InstallationFacts.Read(Read("milter.main.cf"), masterCf, $"postfix {version}")));
    }

    [Theory, MemberData(nameof(Versions))]
    public void Without_the_data_line_of_submission_the_stage_is_missed(string version)
    {
        Finding finding = Assert.Single(Diagnoses.Examine(Paste(version, "submission", "smtpd_data_restrictions")));

        Assert.Equal(("stage-not-asked", "submission/inet"), (finding.Id, finding.Where));
        Assert.Equal(["-o { smtpd_data_restrictions = check_policy_service $policydaemon_submission }"], finding.Mend.Lines);
    }

    /// <param name="service">Of which the <c>-o</c> line of the parameter is lost.</param>
    private static Installation Paste(string version, string service = "", string parameter = "")
    {
        string Read(string file) => File.ReadAllText(Path.Combine(Checkout.Directory, "postfix-snippets", version, file));
        string Fragment(string name) => name == service
            ? Read($"{name}.master.cf").Replace(parameter, "syslog_name", StringComparison.Ordinal)
            : Read($"{name}.master.cf");

        string masterCf = $"smtp inet n - y - - smtpd\n{Fragment("smtp")}{Read("milter.smtp.master.cf")}\nsubmission inet n - y - - smtpd\n{Fragment("submission")}{Read("milter.submission.master.cf")}\ncleanup unix n - y - 0 cleanup\n";
        return InstallationFacts.Read(Read("main.cf") + Read("milter.main.cf"), masterCf, $"postfix {version}");
    }
}
