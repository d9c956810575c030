using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Policy;
using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Logins;

/// <summary>An smtpd that asks the daemon about logins and cannot reach it.</summary>
internal sealed class SaslUnreachable : IDiagnosis
{
    private const string Consequence = "an smtpd that offers logins ends without a greeting when it finds nobody there";

    private readonly SocketAccess access = new("sasl-unreachable", Consequence);

    public string Id => "sasl-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        where smtpd.TakesLogins && installation.Sasl.Endpoints.Count > 0
        let asked = SaslPath.Of(smtpd)
        where asked is not null && installation.Sasl.IsMeant(asked)
        let finding = Examine(smtpd, asked, installation)
        where finding is not null
        select finding;

    private Finding? Examine(SmtpdService smtpd, PolicyEndpoint asked, Installation installation)
    {
        if (smtpd.Parameters.IsChrooted && asked.Path?.StartsWith('/') is true)
        {
            return Describe(smtpd, installation, $"smtpd runs chrooted in {installation.QueueDirectory} and looks for the path below it");
        }

        if (installation.Sasl.Find(asked) is null)
        {
            var listened = string.Join(", ", installation.Sasl.Endpoints.Select(endpoint => endpoint.Text));
            return Describe(smtpd, installation, $"smtpd asks at {asked.FullPath(installation.QueueDirectory) ?? asked.Text}, the daemon listens on {listened}");
        }

        return asked.Path is null ? null : access.Examine(asked, installation);
    }

    private Finding Describe(SmtpdService smtpd, Installation installation, string what) => new(
        Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote("smtpd_sasl_path"), what, Consequence, SaslPath.AskUs(smtpd, installation));
}
