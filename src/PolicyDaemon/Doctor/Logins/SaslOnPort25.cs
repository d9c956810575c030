using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Logins;

/// <summary>Logins where mail from outside arrives.</summary>
internal sealed class SaslOnPort25 : IDiagnosis
{
    public string Id => "sasl-on-smtp";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.TakesLogins && IsForMailFromOutside(smtpd.Parameters.Service)
        select new Finding(
            Id,
            Severity.Warning,
            smtpd.Label,
            smtpd.Parameters.Quote("smtpd_sasl_auth_enable"),
            "logins are taken on port 25",
            "it is a second way in for guessers, past what the submission services demand; and while logins cannot be asked, mail from outside waits too",
            Mend.Override(smtpd.Parameters, ("smtpd_sasl_auth_enable", "no")));

    /// <summary>Port 25, or what postscreen passes on.</summary>
    private static bool IsForMailFromOutside(MasterService service) =>
        service.Type == "pass" || (service.Type == "inet" && service.Name.Split(':')[^1] is "smtp" or "25");
}
