using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor.Logins;

/// <summary>An smtpd that asks the daemon about logins and cannot reach it.</summary>
internal sealed class SaslUnreachable : IDiagnosis
{
    private readonly ServiceSocket socket = new("sasl-unreachable", "an smtpd that offers logins ends without a greeting when it finds nobody there");

    public string Id => "sasl-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.TakesLogins && installation.Sasl.Endpoints.Count > 0
        let asked = SaslPath.Of(smtpd)
        where asked is not null && installation.Sasl.IsMeant(asked)
        let finding = socket.Examine(
            asked, installation.Sasl, smtpd.Parameters, smtpd.Parameters.Quote("smtpd_sasl_path"), SaslPath.AskUs(smtpd, installation), installation)
        where finding is not null
        select finding;
}
