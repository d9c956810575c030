using PolicyDaemon.Doctor.Postfix;

namespace PolicyDaemon.Doctor.Files;

/// <summary>Whether an smtpd, which runs as <c>mail_owner</c>, gets to a unix socket of the daemon's.</summary>
/// <param name="id">Of the findings.</param>
/// <param name="consequence">Why it matters.</param>
internal sealed class SocketAccess(string id, string consequence)
{
    /// <remarks>
    /// A relative path starts at queue_directory, which smtpd enters as root before it becomes mail_owner: what lies above needs no permission.
    /// </remarks>
    /// <param name="asked">Of a unix socket.</param>
    public Finding? Examine(PolicyEndpoint asked, Installation installation)
    {
        var path = asked.FullPath(installation.QueueDirectory)!;
        var directories = UnixPath.DirectoriesOf(path)
            .Where(directory => asked.Path!.StartsWith('/') || directory.Length >= installation.QueueDirectory.Length);
        foreach (var directory in directories)
        {
            if (ExamineDirectory(directory, installation) is { } finding) return finding;
        }

        return ExamineSocket(path, installation.Look(path), installation.MailOwner);
    }

    private Finding? ExamineDirectory(string path, Installation installation)
    {
        var (directory, user) = (installation.Look(path), installation.MailOwner);
        return directory.Kind switch
        {
            FileKind.Unknown => CannotLook(path),
            FileKind.Missing => NotThere(path),
            _ when directory.Allows(user, FileFacts.Search) => null,
            _ => Denied(path, directory, $"user {user.Name} may not pass this directory", $"chgrp {user.Name} {path} && chmod g+x {path}"),
        };
    }

    private Finding? ExamineSocket(string path, FileFacts socket, UnixIdentity user) => socket.Kind switch
    {
        FileKind.Unknown => CannotLook(path),
        FileKind.Missing => NotThere(path),
        FileKind.Socket when socket.Allows(user, FileFacts.Write) => null,
        FileKind.Socket => Denied(path, socket, $"user {user.Name} may not connect", $"chgrp {user.Name} {path} && chmod g+w {path}"),
        _ => Denied(path, socket, "this is no socket", $"rm -r {path} && systemctl restart policydaemon"),
    };

    private Finding Denied(string path, FileFacts facts, string what, string mend) =>
        new(id, Severity.Error, path, $"{facts.Permissions} {path}", what, consequence, Mend.Shell(mend));

    private Finding NotThere(string path) => new(
        id, Severity.Error, path, path, "there is nothing at this path: the daemon is not running", consequence,
        Mend.Shell("systemctl start policydaemon"));

    private Finding CannotLook(string path) => new(
        id, Severity.Undecided, path, path, "no permission to look", "whether Postfix reaches the daemon is not known",
        Mend.Shell("sudo policydaemon doctor"));
}
