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

    [Theory]
    [InlineData("3.7", "2.3", "lua.conf"), InlineData("3.7", "2.3", "direct.conf"), InlineData("3.10", "2.4", "lua.conf"), InlineData("3.10", "2.4", "direct.conf")]
    public void Logins_and_delivery_with_Dovecot_have_no_finding(string version, string dovecotVersion, string logins)
    {
        string dovecot = $"# {dovecotVersion}.1\nmail_plugins = quota sieve\nsubmission_host = 127.0.0.1:25\n" + string.Concat(
            new[] { "lmtp.conf", "auth-policy.conf", logins }.Select(file => File.ReadAllText(Path.Combine(Checkout.Directory, "dovecot-snippets", dovecotVersion, file))));

        Assert.Empty(Diagnoses.Examine(Deliver(version, dovecot)));
    }

    [Fact]
    public void Without_the_line_about_lines_they_are_broken()
    {
        Finding finding = Assert.Single(Diagnoses.Examine(Deliver("3.7", "", "lmtp_line_length_limit")));

        Assert.Equal(("lmtp-line-length", "lmtp/unix"), (finding.Id, finding.Where));
        Assert.Equal(["lmtp_line_length_limit = 0"], finding.Mend.Lines);
    }

    [Theory, MemberData(nameof(Versions))]
    public void Without_the_data_line_of_submission_the_stage_is_missed(string version)
    {
        Finding finding = Assert.Single(Diagnoses.Examine(Paste(version, "submission", "smtpd_data_restrictions")));

        Assert.Equal(("stage-not-asked", "submission/inet"), (finding.Id, finding.Where));
        Assert.Equal(["-o { smtpd_data_restrictions = check_policy_service $policydaemon_submission }"], finding.Mend.Lines);
    }

    /// <param name="lost">The parameter whose line of the delivery snippet is lost.</param>
    private static Installation Deliver(string version, string dovecot, string lost = "-")
    {
        string Read(string file) => File.ReadAllText(Path.Combine(Checkout.Directory, "postfix-snippets", version, file));
        string masterCf = $"smtp inet n - y - - smtpd\n{Read("smtp.master.cf")}\nsubmission inet n - y - - smtpd\n{Read("submission.master.cf")}\ncleanup unix n - y - 0 cleanup\nlmtp unix - - y - - lmtp\npickup unix n - y 60 1 pickup\n";
        string mainCf = Read("main.cf") + Read("milter.main.cf") + Read("sasl.main.cf") + Read("lmtp.main.cf").Replace(lost, "#", StringComparison.Ordinal)
            + "virtual_mailbox_domains = example.org\n";
        return InstallationFacts.Read(mainCf, masterCf, $"""
            postfix {version}
            sasl unix:/var/spool/postfix/policydaemon/sasl.sock
            lmtp unix:/var/spool/postfix/policydaemon/lmtp.sock
            dovecot-asks
            backend unix:/run/dovecot/lmtp 8 540
            watch /var/vmail
            daemon-user policydaemon,postdrop
            file socket 0660 root:policydaemon /run/dovecot/lmtp
            file socket 0666 postfix:postdrop /var/spool/postfix/public/showq
            """, dovecot);
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
