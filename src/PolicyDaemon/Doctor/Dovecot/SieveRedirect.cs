using PolicyDaemon.Doctor.Ways;

namespace PolicyDaemon.Doctor.Dovecot;

/// <summary>What Sieve forwards and answers goes by sendmail(1), which nobody asks about.</summary>
internal sealed class SieveRedirect : IDiagnosis
{
    private const string Setting = "submission_host";

    public string Id => "sieve-redirect";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Dovecot is not { } dovecot || !dovecot.HasDeliveryPlugin("sieve") || !LocalMail.IsOpen(installation)) return [];
        if (dovecot.All.Find(Setting) is { Length: > 0 }) return [];
        return [new Finding(
            Id, LocalMail.SeverityOf(installation), "dovecot", $"doveconf: {Setting} =",
            "Sieve's redirect and vacation send by sendmail(1) unasked",
            "an account that may not send forwards its mail to anybody by a filter",
            new Mend(MendPlace.DovecotConf, [$"{Setting} = 127.0.0.1:25"]))];
    }
}
