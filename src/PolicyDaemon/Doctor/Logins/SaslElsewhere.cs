namespace PolicyDaemon.Doctor.Logins;

/// <summary>An smtpd that asks somebody else about logins, mostly Dovecot's own auth process, although the daemon would answer.</summary>
internal sealed class SaslElsewhere : IDiagnosis
{
    public string Id => "sasl-elsewhere";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.TakesLogins && installation.Sasl.Endpoints.Count > 0
        where SaslPath.Of(smtpd) is not { } asked || !installation.Sasl.IsMeant(asked)
        select new Finding(
            Id,
            Severity.Error,
            smtpd.Label,
            [smtpd.Parameters.Quote("smtpd_sasl_type"), smtpd.Parameters.Quote("smtpd_sasl_path")],
            "logins are not asked of the daemon",
            "when something behind Dovecot's auth process is away, Postfix tells everybody 535, the password is wrong; and nobody counts guesses",
            SaslPath.AskUs(smtpd, installation));
}
