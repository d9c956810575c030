using PolicyDaemon.Doctor.Files;
using PolicyDaemon.Doctor.Milters;

namespace PolicyDaemon.Doctor.Ways;

/// <summary>Mail by sendmail(1) passes unasked.</summary>
internal sealed class SendmailOpen : IDiagnosis
{
    public string Id => "sendmail-open";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (!LocalMail.IsOpen(installation)) return [];
        return [new Finding(
            Id, LocalMail.SeverityOf(installation), "pickup", ["non_smtpd_milters without the daemon", $"{LocalMail.WhoMay} = {installation.Postfix.Get(LocalMail.WhoMay)}"],
            "every user and program of this machine sends by sendmail(1) unasked",
            "a web page that was broken into sends as anybody, without a login and without a limit",
            MendFor(installation))];
    }

    private static Mend MendFor(Installation installation)
    {
        if (installation.Milter.Endpoints.Count == 0) return Mend.MainCf(LocalMail.WhoMay, "!www-data, static:all");
        var others = installation.Postfix.Get(MilterList.OfCleanup);
        var ours = $"{{ {ServiceSocket.Reachable(installation.Milter, installation)}, default_action=tempfail }}";
        return Mend.MainCf(MilterList.OfCleanup, others.Length == 0 ? ours : $"{ours}, {others}");
    }
}
