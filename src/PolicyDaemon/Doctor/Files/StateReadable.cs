namespace PolicyDaemon.Doctor.Files;

/// <summary>What the daemon writes can be read by everybody.</summary>
internal sealed class StateReadable : IDiagnosis
{
    public string Id => "state-readable";

    public IEnumerable<Finding> Examine(Installation installation)
    {
        if (installation.Own.StateDirectory is not { } path || installation.Look(path) is not { Kind: FileKind.Directory } directory) return [];
        if (!directory.AllowsOthers(FileFacts.Search)) return [];
        return [new Finding(
            Id, Severity.Warning, path, $"{directory.Permissions} {path}", "every user of this machine can pass this directory",
            "in it is who has mail, who was blocked and who wrote to whom", Mend.Shell($"chmod o-rwx {path}"))];
    }
}
