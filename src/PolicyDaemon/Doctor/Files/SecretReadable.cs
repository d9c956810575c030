namespace PolicyDaemon.Doctor.Files;

/// <summary>A file with a password that every user of the machine can read or change.</summary>
internal sealed class SecretReadable : IDiagnosis
{
    public string Id => "secret-readable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from path in installation.SecretFiles
        let file = installation.Look(path)
        let severity = Judge(path, file, installation.Look)
        where severity is not null
        select Describe(path, file, severity.Value);

    private static Severity? Judge(string path, FileFacts file, Func<string, FileFacts> look) => file.Kind switch
    {
        FileKind.Unknown => Severity.Undecided,
        FileKind.Missing => null,
        _ when !file.AllowsOthers(FileFacts.Read) && !file.AllowsOthers(FileFacts.Write) => null,
        _ => UnixPath.DirectoriesOf(path).All(directory => look(directory).AllowsOthers(FileFacts.Search)) ? Severity.Error : null,
    };

    private Finding Describe(string path, FileFacts file, Severity severity) => severity == Severity.Undecided
        ? new(
            Id, severity, path, path, "no permission to look", "whether others can read the secret is not known",
            Mend.Shell("sudo policydaemon doctor"))
        : new(
            Id, severity, path, $"{file.Permissions} {path}", "others than its owner and group can read or change this file",
            "every user and every program of the machine learns the password in it", Mend.Shell($"chmod o-rwx {path}"));
}
