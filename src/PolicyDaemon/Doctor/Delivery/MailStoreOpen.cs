using PolicyDaemon.Doctor.Files;

namespace PolicyDaemon.Doctor.Delivery;

/// <summary>Everybody on the machine may deliver to the mail store, past the daemon.</summary>
internal sealed class MailStoreOpen : IDiagnosis
{
    public string Id => "mail-store-open";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from path in MailStoreSockets.Of(installation)
        let socket = installation.Look(path)
        where socket.Kind == FileKind.Socket && socket.AllowsOthers(FileFacts.Write)
        where UnixPath.DirectoriesOf(path).All(directory => installation.Look(directory).AllowsOthers(FileFacts.Search))
        select new Finding(
            Id, Severity.Warning, path, $"{socket.Permissions} {path}", "every program of this machine can connect to Dovecot's LMTP",
            "LMTP knows no logins: it delivers to anybody, as anybody, unasked",
            MailStoreSockets.OwnedBy(installation.DaemonUser?.Name ?? "policydaemon", path, installation));
}
