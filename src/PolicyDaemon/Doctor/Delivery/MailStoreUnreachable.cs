using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>The daemon may not connect to the mail store that it is to deliver to.</summary>
internal sealed class MailStoreUnreachable : IDiagnosis
{
    private readonly SocketAccess access = new("mail-store-unreachable", "mail for mailboxes stays in the queue until it bounces");

    public string Id => "mail-store-unreachable";

    /// <remarks>Where the daemon has not run yet, its user is not known.</remarks>
    public IEnumerable<Finding> Examine(Installation installation) =>
        from path in MailStoreSockets.Of(installation)
        where installation.DaemonUser is not null
        let finding = access.Examine(path, installation.DaemonUser!, "dovecot", installation.Look)
        where finding is not null
        select DeniedByDovecot(finding, path, installation);

    /// <summary>Rights that chmod(1) gives last until Dovecot starts again.</summary>
    private static Finding DeniedByDovecot(Finding finding, string path, Installation installation) =>
        finding.Where == path && installation.Look(path).Kind == FileKind.Socket
            ? finding with { Mend = MailStoreSockets.OwnedBy(installation.DaemonUser!.Name, path, installation) }
            : finding;
}
