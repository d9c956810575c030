namespace PolicyDaemon.Doctor.Files;

/// <summary>Somebody else can change what the daemon goes by.</summary>
internal sealed class FilesWritable : IDiagnosis
{
    private const int Sticky = 0x200;

    public string Id => "files-writable";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from path in PathsOf(installation)
        let file = installation.Look(path)
        where file.Kind is FileKind.File or FileKind.Directory && file.AllowsOthers(FileFacts.Write) && (file.Mode & Sticky) == 0
        select new Finding(
            Id, Severity.Error, path, $"{file.Permissions} {path}", $"every user of this machine can change this {(file.Kind == FileKind.File ? "file" : "directory")}",
            "and with it what the daemon decides: blocks, limits, who may send", Mend.Shell($"chmod o-w {path}"));

    /// <summary>With all directories above: who can change one of them puts another in its place.</summary>
    private static IEnumerable<string> PathsOf(Installation installation) => Named(installation.Own)
        .SelectMany(path => UnixPath.DirectoriesOf(path).Append(path)).Distinct(StringComparer.Ordinal);

    internal static IEnumerable<string> Named(OwnSettings own) =>
        new[] { own.ConfigurationFile, own.StateDirectory, own.Database }.OfType<string>();
}
