using PolicyDaemon.Doctor.Milters;

namespace PolicyDaemon.Doctor.Ways;

/// <summary>The way of mail that meets no smtpd: sendmail(1), pickup(8), cleanup(8).</summary>
internal static class LocalMail
{
    internal const string WhoMay = "authorized_submit_users";

    private const string Everybody = "static:anyone";

    /// <summary>Every user of the machine may use it, and the daemon does not see it.</summary>
    internal static bool IsOpen(Installation installation) =>
        installation.Postfix.Services.Any(service => Path.GetFileName(service.Program) == "pickup")
        && installation.Postfix.Get(WhoMay) == Everybody
        && !installation.MilterLists.Any(list => list is { Parameter: MilterList.OfCleanup, Ours: not null });

    /// <summary>Where the daemon listens for it, somebody has meant to close it.</summary>
    internal static Severity SeverityOf(Installation installation) => installation.Milter.Endpoints.Count > 0 ? Severity.Warning : Severity.Note;
}
