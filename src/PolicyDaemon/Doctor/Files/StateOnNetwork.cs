namespace PolicyDaemon.Doctor.Files;

/// <summary>The daemon's files lie on another machine.</summary>
internal sealed class StateOnNetwork : IDiagnosis
{
    /// <summary>As stat(1) names them; fuseblk is a local disk.</summary>
    private static readonly string[] NetworkTypes = ["nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "ncp", "afs", "ceph", "fuse", "fuse.glusterfs", "gfs/gfs2", "ocfs2", "v9fs", "9p"];

    private const string Usual = "/var/lib/policydaemon";

    public string Id => "state-on-network";

    public IEnumerable<Finding> Examine(Installation installation) =>
        from path in new[] { installation.Own.StateDirectory, installation.Own.Database }.OfType<string>()
        let type = installation.FileSystemOf(path)
        where NetworkTypes.Contains(type, StringComparer.Ordinal)
        let isDatabase = path == installation.Own.Database
        select new Finding(
            Id, isDatabase ? Severity.Error : Severity.Warning, path, $"file system {type}",
            $"{(isDatabase ? "the store is" : "the daemon's files are")} on a network file system",
            isDatabase
                ? "SQLite's locks do not hold there: the file is damaged sooner or later, and each block waits for the network"
                : "journals are flushed over the network, and when it is away so is what was written",
            new Mend(MendPlace.PolicyDaemon, [isDatabase ? $"\"store\": \"sqlite:{LocalFor(path)}/policydaemon.db\"" : $"\"stateDirectory\": \"{LocalFor(path)}\""]));

    private static string LocalFor(string path) => path.StartsWith(Usual, StringComparison.Ordinal) ? "/srv/policydaemon" : Usual;
}
