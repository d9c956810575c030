using PolicyDaemon.Doctor.Certificates;
using PolicyDaemon.Doctor.Delivery;
using PolicyDaemon.Doctor.Dovecot;
using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Ldap;
using PolicyDaemon.Doctor.Logins;
using PolicyDaemon.Doctor.Milters;
using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;
using PolicyDaemon.Doctor.PostgreSql;
using PolicyDaemon.Doctor.Ways;

namespace PolicyDaemon.Doctor;

/// <summary>One thing that can be wrong.</summary>
internal interface IDiagnosis
{
    /// <summary>Of its findings: kebab-case, stable, explained in docs/doctor.md.</summary>
    string Id { get; }

    IEnumerable<Finding> Examine(Installation installation);
}

/// <summary>All of them, in the order in which an administrator should mend them.</summary>
internal static class Diagnoses
{
    internal static IReadOnlyList<IDiagnosis> All { get; } =
    [
        new UnknownParameter(),
        new NoCheck(),
        new CheckBehindPermit(),
        new CheckOnlyWarns(),
        new StageNotAsked(),
        new SocketUnreachable(),
        new DefaultAction(),
        new PolicyTimeout(),
        new MilterUnreachable(),
        new MilterDefaultAction(),
        new MilterOrder(),
        new MilterQueueIds(),
        new SaslElsewhere(),
        new SaslUnreachable(),
        new SaslOnPort25(),
        new DovecotBroken(),
        new DovecotAuthCache(),
        new DeliveryElsewhere(),
        new DeliveryUnreachable(),
        LmtpSetting.LineLength,
        LmtpSetting.Xforward,
        LmtpSetting.QueueIds,
        new LmtpTimeout(),
        new MailStoreUnreachable(),
        new MailStoreOpen(),
        new MailStoreBeside(),
        new DovecotQuotaLate(),
        new DovecotConcurrency(),
        new DiskUnwatched(),
        new WideNetworks(),
        new XclientHosts(),
        new DovecotTrusted(),
        new SendmailOpen(),
        new SieveRedirect(),
        new CertificateEnds(),
        new SecretReadable(),
        new FilesWritable(),
        new StateReadable(),
        new StateOnNetwork(),
        new QueueUnreadable(),
        new LdapUnreachable(),
        new LdapHidden(),
        new LdapNotFollowed(),
        new LdapSizeLimit(),
        new LdapPasswordsReadable(),
        new LdapPlain(),
        new PostgresUnreachable(),
        new PostgresSchema(),
        new PostgresQueries(),
        new PostgresAlterable(),
        new PostgresUnheard(),
        new PostgresUnwatched(),
        new PostgresPlain(),
        new ClockSkew(),
        new NodeNameTaken(),
    ];

    internal static IReadOnlyList<Finding> Examine(Installation installation) =>
        Merge(Merge(All.SelectMany(diagnosis => diagnosis.Examine(installation)), BySameLines), BySameService);

    /// <summary>What two services share is mended once.</summary>
    private static object BySameLines(Finding finding) =>
        (finding.Id, finding.Mend.Place, finding.Mend.Service, string.Join('\n', finding.Mend.Lines));

    /// <summary>What is wrong with several lists of one service in the same way is one finding.</summary>
    private static object BySameService(Finding finding) =>
        (finding.Id, finding.Severity, finding.Where, finding.What, finding.Why, finding.Mend.Place, finding.Mend.Service);

    private static List<Finding> Merge(IEnumerable<Finding> findings, Func<Finding, object> key) =>
        [.. from finding in findings group finding by key(finding) into same select same.MaxBy(one => one.Severity)! with
        {
            Seen = [.. same.SelectMany(one => one.Seen).Distinct(StringComparer.Ordinal)],
            Mend = same.First().Mend with { Lines = [.. same.SelectMany(one => one.Mend.Lines).Distinct(StringComparer.Ordinal)] },
        }];
}
