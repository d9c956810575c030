using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Files;

/// <summary>Whether somebody gets to a unix socket.</summary>
/// <param name="id">Of the findings.</param>
/// <param name="consequence">Why it matters.</param>
internal sealed class SocketAccess(string id, string consequence)
{
    /// <summary>An smtpd and the like, which run as <c>mail_owner</c>, and a socket of the daemon's.</summary>
    /// <remarks>
    /// A relative path starts at queue_directory, which smtpd enters as root before it becomes mail_owner: what lies above needs no permission.
    /// </remarks>
    /// <param name="asked">Of a unix socket.</param>
    internal Finding? Examine(PolicyEndpoint asked, Installation installation)
    {
        var path = asked.FullPath(installation.QueueDirectory)!;
        var directories = UnixPath.DirectoriesOf(path)
            .Where(directory => asked.Path!.StartsWith('/') || directory.Length >= installation.QueueDirectory.Length);
        return Examine(path, directories, installation.MailOwner, "policydaemon", installation.Look);
    }

    /// <summary>Anybody, and a socket at an absolute path.</summary>
    /// <param name="service">Of systemd, whose the socket is.</param>
    internal Finding? Examine(string path, UnixIdentity user, string service, Func<string, FileFacts> look) =>
        Examine(path, UnixPath.DirectoriesOf(path), user, service, look);

    private Finding? Examine(string path, IEnumerable<string> directories, UnixIdentity user, string service, Func<string, FileFacts> look)
    {
        foreach (var directory in directories)
        {
            if (ExamineDirectory(directory, look(directory), user, service) is { } finding) return finding;
        }

        return ExamineSocket(path, look(path), user, service);
    }

    private Finding? ExamineDirectory(string path, FileFacts directory, UnixIdentity user, string service) => directory.Kind switch
    {
        FileKind.Unknown => CannotLook(path),
        FileKind.Missing => NotThere(path, service),
        _ when directory.Allows(user, FileFacts.Search) => null,
        _ => Denied(path, directory, $"user {user.Name} may not pass this directory", $"chgrp {user.Name} {path} && chmod g+x {path}"),
    };

    private Finding? ExamineSocket(string path, FileFacts socket, UnixIdentity user, string service) => socket.Kind switch
    {
        FileKind.Unknown => CannotLook(path),
        FileKind.Missing => NotThere(path, service),
        FileKind.Socket when socket.Allows(user, FileFacts.Write) => null,
        FileKind.Socket => Denied(path, socket, $"user {user.Name} may not connect", $"chgrp {user.Name} {path} && chmod g+w {path}"),
        _ => Denied(path, socket, "this is no socket", $"rm -r {path} && systemctl restart {service}"),
    };

    private Finding Denied(string path, FileFacts facts, string what, string mend) =>
        new(id, Severity.Error, path, $"{facts.Permissions} {path}", what, consequence, Mend.Shell(mend));

    private Finding NotThere(string path, string service) => new(
        id, Severity.Error, path, path, $"there is nothing at this path: {(service == "policydaemon" ? "the daemon" : service)} is not running", consequence,
        Mend.Shell($"systemctl start {service}"));

    private Finding CannotLook(string path) => new(
        id, Severity.Undecided, path, path, "no permission to look", "whether this socket can be reached is not known",
        Mend.Shell("sudo policydaemon doctor"));
}
