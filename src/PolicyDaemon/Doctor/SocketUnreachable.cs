namespace PolicyDaemon.Doctor;

/// <summary>
/// A unix socket that an smtpd asks and cannot reach: outside of its chroot, where the daemon does not listen, or without permission.
/// </summary>
internal sealed class SocketUnreachable : IDiagnosis
{
    private const string Consequence = "every command that needs the daemon is answered with default_action";

    public string Id => "socket-unreachable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from smtpd in installation.Smtpds
        from question in smtpd.Questions
        let finding = Examine(smtpd, question, installation)
        where finding is not null
        select finding;

    private Finding? Examine(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var asked = question.Call.Endpoint;
        if (asked.Path is null) return null;
        if (smtpd.Parameters.IsChrooted && asked.Path.StartsWith('/')) return OutsideChroot(smtpd, question, installation);
        return installation.Daemon.Find(asked) is null
            ? NobodyListens(smtpd, question, installation)
            : ExaminePath(asked, installation);
    }

    private Finding OutsideChroot(SmtpdService smtpd, PolicyQuestion question, Installation installation) => new(
        Id, Severity.Error, smtpd.Label, $"master.cf: chroot {smtpd.Parameters.Service.Chroot}, {question.Call.Endpoint.Text}",
        $"smtpd runs chrooted in {installation.QueueDirectory} and looks for the path below it", Consequence, Join(smtpd, question, installation));

    private Finding NobodyListens(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var asked = question.Call.Endpoint.FullPath(installation.QueueDirectory);
        var listened = string.Join(", ", installation.Daemon.Endpoints.Select(endpoint => endpoint.Text));
        return new Finding(
            Id, Severity.Error, smtpd.Label, smtpd.Parameters.Quote(question.List.Parameter),
            $"smtpd asks at {asked}, the daemon listens on {(listened.Length > 0 ? listened : "nothing")}", Consequence,
            Join(smtpd, question, installation));
    }

    /// <summary>Brings both to one endpoint: Postfix's, when the daemon already listens where every smtpd gets to, else the daemon's.</summary>
    private static Mend Join(SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        if (SuggestedCall.FindReachable(installation) is { } endpoint) return AskAt(endpoint, smtpd, question, installation);
        var asked = question.Call.Endpoint.Path!;
        var path = Path.GetFullPath(asked.StartsWith('/') ? DaemonListeners.ShippedPath : asked, installation.QueueDirectory);
        return new Mend(MendPlace.PolicyDaemon, [$"\"listen\": {{ \"policy\": [\"unix:{path}\"] }}"]);
    }

    /// <summary>Changes the endpoint where it is spelled: in a parameter of its own, as in the snippets, or in the list.</summary>
    private static Mend AskAt(string endpoint, SmtpdService smtpd, PolicyQuestion question, Installation installation)
    {
        var spelled = installation.Postfix.Parameters.FirstOrDefault(parameter => parameter.Value == question.Call.Endpoint.Text);
        return spelled.Key is not null && !smtpd.Parameters.Service.Overrides.ContainsKey(spelled.Key)
            ? Mend.MainCf(spelled.Key, endpoint)
            : new CallSite(question).Rewrite(call => call.At(endpoint), smtpd.Parameters);
    }

    /// <remarks>
    /// A relative path starts at queue_directory, which smtpd enters as root before it becomes mail_owner: what lies above needs no permission.
    /// </remarks>
    private Finding? ExaminePath(PolicyEndpoint asked, Installation installation)
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
        new(Id, Severity.Error, path, $"{facts.Permissions} {path}", what, Consequence, Mend.Shell(mend));

    private Finding NotThere(string path) => new(
        Id, Severity.Error, path, path, "there is nothing at this path: the daemon is not running", Consequence,
        Mend.Shell("systemctl start policydaemon"));

    private Finding CannotLook(string path) => new(
        Id, Severity.Undecided, path, path, "no permission to look", "whether Postfix reaches the daemon is not known",
        Mend.Shell("sudo policydaemon doctor"));
}
